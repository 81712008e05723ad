/** `TextEncoder` (https://encoding.spec.whatwg.org/#interface-textencoder): UTF-8, a lone surrogate becomes U+FFFD. */
const codePoint = (text: string, at: number): number => {
  const point = text.codePointAt(at) as number;
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
};

const byteLength = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

const put = (into: Uint8Array, at: number, point: number, bytes: number): void => {
  if (bytes === 1) {
    into[at] = point;
    return;
  }
  for (let i = bytes - 1, rest = point; i >= 0; i--, rest >>= 6) {
    into[at + i] = i === 0 ? ((0xf00 >> bytes) & 0xff) | rest : 0x80 | (rest & 0x3f);
  }
};

export class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(input = ''): Uint8Array {
    const text = String(input);
    let length = 0;
    for (let i = 0; i < text.length; i++) {
      const point = codePoint(text, i);
      length += byteLength(point);
      if (point > 0xffff) i++;
    }
    const bytes = new Uint8Array(length);
    this.encodeInto(text, bytes);
    return bytes;
  }

  encodeInto(source: string, destination: Uint8Array): { read: number; written: number } {
    const text = String(source);
    let read = 0;
    let written = 0;
    while (read < text.length) {
      const point = codePoint(text, read);
      const bytes = byteLength(point);
      if (written + bytes > destination.length) break;
      put(destination, written, point, bytes);
      written += bytes;
      read += point > 0xffff ? 2 : 1;
    }
    return { read, written };
  }
}
