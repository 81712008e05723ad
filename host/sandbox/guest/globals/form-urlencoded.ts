/** `application/x-www-form-urlencoded`, both ways (https://url.spec.whatwg.org/#application/x-www-form-urlencoded). */
import { TextDecoder } from './text-decoder.ts';
import { TextEncoder } from './text-encoder.ts';

export type Pair = [name: string, value: string];

const encoder = new TextEncoder();
const HEX = '0123456789ABCDEF';
const UNCHANGED = /^[A-Za-z0-9*\-._]*$/;

const encodeComponent = (text: string): string => {
  if (UNCHANGED.test(text)) return text;
  let out = '';
  for (const byte of encoder.encode(text)) {
    const character = String.fromCharCode(byte);
    if (byte === 0x20) out += '+';
    else if (byte < 0x80 && UNCHANGED.test(character)) out += character;
    else out += `%${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`;
  }
  return out;
};

const decodeComponent = (text: string): string => {
  const spaced = text.replace(/\+/g, ' ');
  if (!spaced.includes('%')) return spaced;
  const source = encoder.encode(spaced);
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

export const encodePairs = (pairs: readonly Pair[]): string =>
  pairs.map(([name, value]) => `${encodeComponent(name)}=${encodeComponent(value)}`).join('&');

export const decodePairs = (text: string): Pair[] =>
  text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals === -1) return [decodeComponent(part), ''];
      return [decodeComponent(part.slice(0, equals)), decodeComponent(part.slice(equals + 1))];
    });
