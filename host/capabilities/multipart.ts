/** `multipart/form-data` (RFC 7578), as browsers write it: names in UTF-8, a quote in them as `%22`. */
import { randomBytes } from 'node:crypto';
import type { MultipartPart } from '../../schemas/message.ts';
import { CapabilityError } from '../sandbox/confined.ts';
import type { Attachments } from './attachments.ts';

/** All attachments of one request together: they are held in memory. */
const MOST_BYTES = 100 * 1024 * 1024;
const LONGEST_NAME = 255;
const MIME_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:; ?[\w-]+=[\w.:+-]+){0,4}$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

const invalid = (message: string): CapabilityError => new CapabilityError('INVALID_PARAMS', message);

/** What a plugin says must not end a header: refused, not mended. */
export const checkParts = (parts: readonly MultipartPart[]): readonly MultipartPart[] => {
  for (const part of parts) {
    const { file_name = '', mime_type } = 'attachment' in part ? part : { mime_type: undefined };
    if (CONTROL.test(part.name)) throw invalid('The name of a part holds a line break or another control character.');
    if (CONTROL.test(file_name)) throw invalid('The file_name of a part holds a line break or another control character.');
    if (mime_type !== undefined && !MIME_TYPE.test(mime_type)) throw invalid('The mime_type of a part is none, such as "image/png".');
  }
  return parts;
};

/** Every text of the parts that a plugin wrote, for the search for placeholders. */
export const partTexts = (parts: readonly MultipartPart[]): string => parts.flatMap((part) => Object.values(part).map(String)).join('\n');

/** A name without a folder, control characters or marks that turn the direction of writing. */
export const safeFileName = (given: string | null | undefined): string => {
  const name = (given ?? '')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '')
    .replace(/^.*[/\\]/s, '')
    .slice(0, LONGEST_NAME)
    .trim();
  return /^\.{0,2}$/.test(name) ? 'file' : Buffer.from(name).toString();
};

const quoted = (text: string): string => `"${text.replaceAll('"', '%22')}"`;

interface Written {
  disposition: string;
  type: string | null;
  bytes: Buffer;
}

const safeType = (own: string | null | undefined): string => (own && MIME_TYPE.test(own) ? own : 'application/octet-stream');

export interface MultipartBody {
  content_type: string;
  body: Buffer;
}

export interface MultipartOptions {
  call_id: string | null;
  timeout_ms: number;
}

/** Gets the attachments one after the other, and writes the body. Rejects with `ATTACHMENT_UNKNOWN`, `TOO_LARGE` and what a source says. */
export const buildMultipart = async (
  parts: readonly MultipartPart[],
  attachments: Attachments,
  { call_id, timeout_ms }: MultipartOptions,
): Promise<MultipartBody> => {
  let left_bytes = MOST_BYTES;
  const written: Written[] = [];
  for (const part of parts) {
    const disposition = `form-data; name=${quoted(part.name)}`;
    if ('value' in part) {
      written.push({ disposition, type: null, bytes: Buffer.from(part.value) });
      continue;
    }
    const { attachment, bytes } = await attachments.load(part.attachment, call_id, { left_bytes, timeout_ms });
    left_bytes -= bytes.length;
    written.push({
      disposition: `${disposition}; filename=${quoted(safeFileName(part.file_name ?? attachment.file_name))}`,
      type: part.mime_type ?? safeType(attachment.mime_type),
      bytes,
    });
  }
  // 128 random bits: no part can hold it, and no plugin knows it before.
  const boundary = `----aos${randomBytes(16).toString('hex')}`;
  const chunks = written.flatMap(({ disposition, type, bytes }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: ${disposition}\r\n${type === null ? '' : `Content-Type: ${type}\r\n`}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return {
    content_type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  };
};
