/** `application/x-www-form-urlencoded`, both ways (https://url.spec.whatwg.org/#application/x-www-form-urlencoded). */
import { TextEncoder } from './text-encoder.ts';
import { percentDecode } from './url-encode.ts';

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

const decodeComponent = (text: string): string => percentDecode(text.replace(/\+/g, ' '));

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
