/** A file that somebody sent, as it is handed to whoever asks for it. */
import type { Attachment } from '../../schemas/message.ts';
import { AppError, type ErrorCode } from '../errors.ts';

type OpenedFile = { ok: true; attachment: Attachment; bytes: Buffer } | { ok: false; code: string; message: string };

export interface AttachmentOperationsDeps {
  open(id: string, limits: { max_bytes: number; timeout_ms: number }): Promise<OpenedFile>;
}

/** The channel's own limits are far below it. */
const MOST_BYTES = 100 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

const HINTS: Partial<Record<ErrorCode, string>> = {
  ATTACHMENT_NOT_FOUND: 'GET /api/messages shows the ids of what people sent, as long as the messages are kept.',
  NETWORK_MODE_BLOCKED: 'Change the mode first: agentos network-mode set on.',
  TOO_LARGE: 'limits.media of the manifest says how large a file of each kind may be.',
};
const LATER = 'Check the channel: agentos channel show. Platforms keep files for a limited time.';

const refusal = (code: string, message: string): AppError => {
  const known = code === 'ATTACHMENT_NOT_FOUND' || code === 'NETWORK_MODE_BLOCKED' || code === 'TOO_LARGE' ? code : null;
  if (known !== null) return new AppError(known, message, HINTS[known]);
  return new AppError('ATTACHMENT_UNAVAILABLE', code === 'ATTACHMENT_UNAVAILABLE' ? message : `${code}: ${message}`, LATER);
};

const MIME_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const LONGEST_NAME = 200;

/** Without a folder, control characters or marks that turn the direction of writing. */
const fileName = ({ file_name, type }: Attachment): string => {
  const name = Buffer.from(
    (file_name ?? '')
      .replace(CONTROL, '')
      .replace(/^.*[/\\]/s, '')
      .slice(0, LONGEST_NAME)
      .trim(),
  ).toString();
  return /^\.*$/.test(name) ? type : name;
};

/** RFC 6266: what every client reads, and the name as it is. Never shown in the page that asked for it. */
const disposition = (name: string): string => {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
};

export interface DownloadedFile {
  content_type: string;
  content_disposition: string;
  bytes: Buffer;
}

export const createAttachmentOperations = ({ open }: AttachmentOperationsDeps) => ({
  /** Throws `ATTACHMENT_NOT_FOUND`, `ATTACHMENT_UNAVAILABLE`, `NETWORK_MODE_BLOCKED` or `TOO_LARGE`. */
  async download(id: string): Promise<DownloadedFile> {
    const opened = await open(id, { max_bytes: MOST_BYTES, timeout_ms: TIMEOUT_MS });
    if (!opened.ok) throw refusal(opened.code, opened.message);
    const { attachment, bytes } = opened;
    const { mime_type } = attachment;
    return {
      content_type: mime_type && MIME_TYPE.test(mime_type) ? mime_type : 'application/octet-stream',
      content_disposition: disposition(fileName(attachment)),
      bytes,
    };
  },
});

export type AttachmentOperations = ReturnType<typeof createAttachmentOperations>;
