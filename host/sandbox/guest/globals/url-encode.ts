/** Percent-encoding by the sets of https://url.spec.whatwg.org/#percent-encoded-bytes. */
import { TextDecoder } from './text-decoder.ts';
import { TextEncoder } from './text-encoder.ts';

const encoder = new TextEncoder();
const HEX = '0123456789ABCDEF';

/** What each part of a URL writes as percent and hex digits. */
export const ENCODED = {
  opaque: /[\u0000-\u001f\u007f-\u{10ffff}]/gu,
  fragment: /[\u0000-\u001f\u007f-\u{10ffff} "<>`]/gu,
  query: /[\u0000-\u001f\u007f-\u{10ffff} "#<>]/gu,
  specialQuery: /[\u0000-\u001f\u007f-\u{10ffff} "#<>']/gu,
  path: /[\u0000-\u001f\u007f-\u{10ffff} "#<>?^`{}]/gu,
  userinfo: /[\u0000-\u001f\u007f-\u{10ffff} "#<>?^`{}/:;=@[\\\]|]/gu,
} as const;

const hex = (byte: number): string => `%${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`;

/** A lone surrogate is written as U+FFFD. */
export const percentEncode = (text: string, set: RegExp): string =>
  text.replace(set, (character) => {
    // A buffer for each character would cost ten times as much, and most are of one byte.
    const code = character.charCodeAt(0);
    if (code < 0x80) return hex(code);
    let out = '';
    for (const byte of encoder.encode(character)) out += hex(byte);
    return out;
  });

/** UTF-8; what is not valid becomes U+FFFD, and a byte order mark stays. */
export const percentDecode = (text: string): string => {
  if (!text.includes('%')) return text;
  const source = encoder.encode(text);
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const pair = source[i] === 0x25 ? String.fromCharCode(source[i + 1] ?? 0, source[i + 2] ?? 0) : '';
    if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
      bytes[length++] = Number.parseInt(pair, 16);
      i += 2;
    } else bytes[length++] = source[i] as number;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, length));
};
