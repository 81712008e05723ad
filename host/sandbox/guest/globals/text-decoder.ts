/** `TextDecoder` for UTF-8 only (https://encoding.spec.whatwg.org/#utf-8-decoder). */
const LABELS = ['unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8', 'utf-8', 'utf8', 'x-unicode20utf8'];
const REPLACEMENT = 0xfffd;
/** `String.fromCodePoint` takes its arguments on the stack. */
const CHUNK = 4096;

interface DecoderOptions {
  fatal?: boolean;
  ignoreBOM?: boolean;
}

const asBytes = (input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array => {
  if (input === undefined) return new Uint8Array(0);
  return ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
};

/** The state between two bytes: how many are still needed, and the range that the next must lie in. */
const createUtf8 = (emit: (point: number) => void, fail: () => void) => {
  let needed = 0;
  let point = 0;
  let lower = 0x80;
  let upper = 0xbf;
  const begin = (byte: number) => {
    if (byte < 0x80) emit(byte);
    else if (byte >= 0xc2 && byte <= 0xdf) [needed, point] = [1, byte & 0x1f];
    else if (byte >= 0xe0 && byte <= 0xef) {
      // No overlong forms, no surrogates.
      if (byte === 0xe0) lower = 0xa0;
      if (byte === 0xed) upper = 0x9f;
      [needed, point] = [2, byte & 0xf];
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      if (byte === 0xf0) lower = 0x90;
      if (byte === 0xf4) upper = 0x8f;
      [needed, point] = [3, byte & 0x7];
    } else fail();
  };
  const push = (byte: number) => {
    if (needed === 0) return begin(byte);
    const fits = byte >= lower && byte <= upper;
    [lower, upper] = [0x80, 0xbf];
    if (!fits) {
      needed = 0;
      fail();
      return begin(byte);
    }
    point = (point << 6) | (byte & 0x3f);
    if (--needed === 0) emit(point);
  };
  return {
    push,
    end() {
      if (needed > 0) fail();
      needed = 0;
      [lower, upper] = [0x80, 0xbf];
    },
  };
};

export class TextDecoder {
  readonly encoding = 'utf-8';
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  #points: number[] = [];
  #text = '';
  #atStart = true;
  #utf8 = createUtf8(
    (point) => this.#emit(point),
    () => this.#fail(),
  );

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false }: DecoderOptions = {}) {
    if (!LABELS.includes(String(label).trim().toLowerCase())) throw new RangeError(`only utf-8 can be decoded here, not "${label}"`);
    this.fatal = Boolean(fatal);
    this.ignoreBOM = Boolean(ignoreBOM);
  }

  decode(input?: ArrayBuffer | ArrayBufferView, { stream = false }: { stream?: boolean } = {}): string {
    try {
      const bytes = asBytes(input);
      for (let i = 0; i < bytes.length; i++) this.#utf8.push(bytes[i] as number);
      if (!stream) {
        this.#utf8.end();
        this.#atStart = true;
      }
      return this.#taken();
    } catch (error) {
      this.#reset();
      throw error;
    }
  }

  #emit(point: number): void {
    const isMark = this.#atStart && point === 0xfeff && !this.ignoreBOM;
    this.#atStart = false;
    if (isMark) return;
    this.#points.push(point);
    if (this.#points.length >= CHUNK) this.#flush();
  }

  #fail(): void {
    if (this.fatal) throw new TypeError('the data is not valid utf-8');
    this.#emit(REPLACEMENT);
  }

  #flush(): void {
    this.#text += String.fromCodePoint(...this.#points);
    this.#points = [];
  }

  #taken(): string {
    this.#flush();
    const text = this.#text;
    this.#text = '';
    return text;
  }

  #reset(): void {
    this.#points = [];
    this.#text = '';
    this.#atStart = true;
    this.#utf8 = createUtf8(
      (point) => this.#emit(point),
      () => this.#fail(),
    );
  }
}
