/** Reads a request's body as raw bytes, never more than the limit. */
import type { IncomingMessage } from 'node:http';

export type BodyResult = { ok: true; body: Buffer } | { ok: false; reason: 'too_large' | 'aborted' };

/** Resolves once. What comes after the limit is not kept. */
export const readBody = (request: IncomingMessage, max_bytes: number): Promise<BodyResult> =>
  new Promise((resolve) => {
    if (Number(request.headers['content-length'] ?? 0) > max_bytes) {
      resolve({ ok: false, reason: 'too_large' });
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (result: BodyResult) => {
      request.removeListener('data', take);
      resolve(result);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > max_bytes) stop({ ok: false, reason: 'too_large' });
      else chunks.push(chunk);
    };
    request.on('data', take);
    request.once('end', () => resolve({ ok: true, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }));
    request.once('error', () => stop({ ok: false, reason: 'aborted' }));
    request.once('close', () => resolve({ ok: false, reason: 'aborted' }));
  });
