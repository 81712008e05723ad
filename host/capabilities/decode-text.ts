/**
 * From the bytes of an answer to its text: a byte order mark, then what the content type says, then what the document says of itself,
 * else UTF-8 (https://html.spec.whatwg.org/#determining-the-character-encoding without the guess by frequency).
 */

export interface DecodedText {
  text: string;
  /** A WHATWG name in lower case. */
  charset: string;
}

/** How far a document's own word is looked for. */
const PRESCAN_BYTES = 1024;
const MARKS: readonly (readonly [charset: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
const PARAMETER = /charset\s*=\s*["']?([\w.:-]+)/i;
const XML_DECLARATION = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)["']/i;
const META = /<meta\s[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]+)/i;

const byMark = (bytes: Buffer): string | undefined => MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0];

/** Of an image or a JSON document nothing is read: only markup names its own encoding. */
const byDocument = (bytes: Buffer, contentType: string): string | undefined => {
  if (contentType !== '' && !/html|xml/i.test(contentType)) return undefined;
  const head = bytes.toString('latin1', 0, PRESCAN_BYTES);
  const label = XML_DECLARATION.exec(head)?.[1] ?? META.exec(head.replace(/<!--[\s\S]*?(?:-->|$)/g, ''))?.[1];
  // Its own name could be read, so it is no UTF-16, whatever it says.
  return label !== undefined && /^utf-?16/i.test(label) ? 'utf-8' : label;
};

/** Null for a label that nobody knows; UTF-8 is then the likeliest. */
const decoderOf = (label: string | undefined): TextDecoder | null => {
  if (label === undefined) return null;
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
};

/** Never throws: what cannot be decoded becomes U+FFFD. A byte order mark is no part of the text. */
export const decodeText = (bytes: Buffer, contentType = ''): DecodedText => {
  const stated =
    decoderOf(byMark(bytes)) ?? decoderOf(PARAMETER.exec(contentType)?.[1]) ?? decoderOf(byDocument(bytes, contentType)) ?? null;
  if (stated !== null && stated.encoding !== 'utf-8') return { text: stated.decode(bytes), charset: stated.encoding };
  const text = bytes.toString();
  return { text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, charset: 'utf-8' };
};
