/** What every signature scheme has in common. One scheme a file; `schemes.ts` lists them. */
import type { Verify } from '../../../schemas/manifest.ts';

export interface VerifyRequest {
  /** Upper case. */
  method: string;
  /** As the platform addressed it: PUBLIC_URL + path + query, not re-encoded. */
  url: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** The bytes as they came, before any parser. */
  body: Buffer;
  /** Wall time, ms since 1970. */
  now: number;
}

/** `missing`: the request carries no proof at all, which is worth telling apart in logs. */
export type Verdict = boolean | 'missing';

/**
 * Whether the request proves knowledge of one of `secrets` (several during a rotation).
 * Never throws, whatever the headers hold; without a usable secret nothing is right.
 */
export type VerifyScheme = (request: VerifyRequest, secrets: readonly string[], options: Verify) => Verdict;

/** Both ways: a request from the future could be kept and played back later. */
const DEFAULT_TOLERANCE_SECONDS = 300;

/** A header's value, or `undefined` when there is none; an empty header proves as little as none. */
export const headerOf = ({ headers }: VerifyRequest, name: string): string | undefined => {
  const value: unknown = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** An empty key's HMAC can be computed by anyone. */
export const usableSecrets = (secrets: readonly string[]): string[] => secrets.filter((secret) => secret !== '');

/** `timestamp` in Unix seconds, as all these schemes send it. */
export const isFresh = (timestamp: string, now: number, { tolerance_seconds = DEFAULT_TOLERANCE_SECONDS }: Verify): boolean =>
  /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= tolerance_seconds;
