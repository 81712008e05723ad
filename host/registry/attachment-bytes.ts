/** The bytes of a file that a message named: where it lies says the adapter, and the host fetches it. */
import type { Limits } from '../../schemas/manifest.ts';
import type { Attachment } from '../../schemas/message.ts';
import type { CallResult, Json } from '../sandbox/confined.ts';

export interface BytesLimits {
  max_bytes: number;
  timeout_ms: number;
}

export type AttachmentBytes = { ok: true; bytes: Buffer } | { ok: false; code: string; message: string };

export interface AttachmentBytesDeps {
  media: Limits['media'];
  /** How to get what `ref` names, in the adapter's words; null when it has none. */
  locate: ((ref: string) => Promise<CallResult>) | null;
  /** Carries the adapter's request out under its grants. Rejects with an error that has a `code`. */
  download: ((request: Json, limits: BytesLimits) => Promise<Buffer>) | undefined;
}

/** When the manifest does not say how large a file of this kind may be. */
const DEFAULT_MAX_BYTES = 20 * 1024 * 1024;

const unavailable = (message: string): AttachmentBytes => ({ ok: false, code: 'ATTACHMENT_UNAVAILABLE', message });

/** An address that a plugin wrote is a request of that plugin: it needs the grant that its own would need. */
const requestFor = async ({ ref, url }: Attachment, { locate }: AttachmentBytesDeps): Promise<CallResult | null> => {
  if (ref && locate) return locate(ref);
  return url ? { ok: true, value: { url, method: 'GET' } } : null;
};

export const attachmentBytes = async (
  deps: AttachmentBytesDeps,
  attachment: Attachment,
  { max_bytes, timeout_ms }: BytesLimits,
): Promise<AttachmentBytes> => {
  const { media = {} } = deps;
  const own = Object.hasOwn(media, attachment.type) ? media[attachment.type]?.max_bytes : undefined;
  const request = await requestFor(attachment, deps);
  if (request === null || !deps.download) return unavailable('It has no address, and the adapter cannot say where it lies.');
  if (!request.ok) return unavailable(`The adapter could not say where it lies: ${request.message}`);
  try {
    const bytes = await deps.download(request.value, { max_bytes: Math.min(own ?? DEFAULT_MAX_BYTES, max_bytes), timeout_ms });
    return { ok: true, bytes };
  } catch (error) {
    const { code = 'ATTACHMENT_UNAVAILABLE', message } = error as Error & { code?: string };
    return { ok: false, code, message };
  }
};
