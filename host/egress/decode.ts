/** Undoes `Content-Encoding` while holding the result to its bound: a small body can unfold into gigabytes. */
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

export type Decoded = { ok: true; body: Buffer } | { ok: false; reason: 'too_large' | 'damaged' | 'unknown' };

/** Two layers are already more than any provider sends. */
const MAX_LAYERS = 2;

/** `deflate` means zlib framing, but some servers send the bare stream; the first byte tells them apart. */
const isZlibFramed = (body: Buffer): boolean => ((body[0] ?? 0) & 0x0f) === 8 && (((body[0] ?? 0) << 8) | (body[1] ?? 0)) % 31 === 0;

const createDecoder = (encoding: string, body: Buffer) => {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return isZlibFramed(body) ? createInflate() : createInflateRaw();
    case 'br':
      return createBrotliDecompress();
    default:
      return null;
  }
};

const undoLayer = (encoding: string, body: Buffer, maxBytes: number): Promise<Decoded> => {
  const decoder = createDecoder(encoding, body);
  if (decoder === null) return Promise.resolve({ ok: false, reason: 'unknown' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    decoder.on('error', () => resolve({ ok: false, reason: 'damaged' }));
    decoder.on('end', () => resolve({ ok: true, body: Buffer.concat(chunks, size) }));
    decoder.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      resolve({ ok: false, reason: 'too_large' });
      decoder.destroy();
    });
    decoder.end(body);
  });
};

/** `encoding` is the header's value; layers are undone from the last to the first. An empty body has no layers. */
export const decodeBody = async (encoding: string, body: Buffer, maxBytes: number): Promise<Decoded> => {
  const layers = encoding
    .toLowerCase()
    .split(',')
    .map((layer) => layer.trim())
    .filter((layer) => layer !== '' && layer !== 'identity');
  if (layers.length > MAX_LAYERS) return { ok: false, reason: 'unknown' };
  let current = body;
  for (const layer of body.length === 0 ? [] : layers.reverse()) {
    const decoded = await undoLayer(layer, current, maxBytes);
    if (!decoded.ok) return decoded;
    current = decoded.body;
  }
  return { ok: true, body: current };
};
