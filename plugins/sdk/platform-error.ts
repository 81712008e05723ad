/**
 * What an adapter's `start`, `health` or `attachment` throws when the platform refused.
 * The host reads `code`: `UNAUTHORIZED` makes the channel `degraded`, `PLATFORM_UNAVAILABLE` is tried again.
 */
export class PlatformError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'PlatformError';
    this.code = code;
  }
}
