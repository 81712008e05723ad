/**
 * The host of a URL (https://url.spec.whatwg.org/#host-parsing). Names are ASCII: one with other letters needs the
 * tables of UTS #46, which are larger than this whole realm, and is refused with a hint.
 */
import { ENCODED, percentDecode, percentEncode } from './url-encode.ts';

export const invalidUrl = (why: string): TypeError => Object.assign(new TypeError(`Invalid URL: ${why}`), { code: 'ERR_INVALID_URL' });

const FORBIDDEN_HOST = /[\u0000\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_DOMAIN = /[\u0000-\u0020#/:<>?@[\\\]^|%\u007f]/;

/** NaN when the text is no number: decimal, `0x` hexadecimal or `0` octal. */
const ipv4Number = (text: string): number => {
  if (text === '') return Number.NaN;
  if (/^0[xX][0-9a-fA-F]*$/.test(text)) return text.length === 2 ? 0 : Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(?:0|[1-9][0-9]*)$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
};

const ipv4Parts = (host: string): string[] => {
  const parts = host.split('.');
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  return parts;
};

const endsInNumber = (host: string): boolean => {
  const last = ipv4Parts(host).at(-1) as string;
  return /^[0-9]+$/.test(last) || !Number.isNaN(ipv4Number(last));
};

const parseIpv4 = (host: string): string => {
  const numbers = ipv4Parts(host).map(ipv4Number);
  const last = numbers.at(-1) as number;
  const fits = numbers.length <= 4 && numbers.slice(0, -1).every((number) => number <= 255) && last < 256 ** (5 - numbers.length);
  if (!fits) throw invalidUrl('the host looks like an IPv4 address and is none');
  let address = last;
  numbers.slice(0, -1).forEach((number, index) => {
    address += number * 256 ** (3 - index);
  });
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
};

/** `1.2.3.4` as two pieces; only plain decimal is allowed inside IPv6. */
const embeddedIpv4 = (text: string): number[] | null => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1) ?? [];
  if (bytes.length !== 4 || !bytes.every((byte) => /^(?:0|[1-9]\d*)$/.test(byte) && Number(byte) <= 255)) return null;
  const [a, b, c, d] = bytes.map(Number) as [number, number, number, number];
  return [a * 256 + b, c * 256 + d];
};

const ipv6Pieces = (text: string): number[] | null => {
  if (text === '') return [];
  const words = text.split(':');
  const pieces: number[] = [];
  for (const [index, word] of words.entries()) {
    const address = index === words.length - 1 && word.includes('.') ? embeddedIpv4(word) : null;
    if (address !== null) pieces.push(...address);
    else if (/^[0-9a-fA-F]{1,4}$/.test(word)) pieces.push(Number.parseInt(word, 16));
    else return null;
  }
  return pieces;
};

const parseIpv6 = (text: string): number[] => {
  const [head = '', tail, more] = text.split('::');
  const [before, after] = [ipv6Pieces(head), ipv6Pieces(tail ?? '')];
  // An IPv4 address stands at the very end only.
  const sound = more === undefined && before !== null && after !== null && (tail === undefined || !head.includes('.'));
  const length = sound ? before.length + after.length : 9;
  if (!sound || (tail === undefined ? length !== 8 : length > 7)) throw invalidUrl('the host is no IPv6 address');
  return [...before, ...Array<number>(8 - length).fill(0), ...after];
};

/** The first of the longest runs of zeros is written as `::` (RFC 5952). */
const ipv6Text = (pieces: readonly number[]): string => {
  let [start, longest] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (pieces[i + run] === 0) run++;
    if (run > longest) [start, longest] = [i, run];
  }
  const hex = pieces.map((piece) => piece.toString(16));
  return start === -1 ? hex.join(':') : `${hex.slice(0, start).join(':')}::${hex.slice(start + longest).join(':')}`;
};

/** Throws a TypeError. */
export const parseHost = (text: string, special: boolean): string => {
  if (text.startsWith('[')) {
    if (!text.endsWith(']')) throw invalidUrl('the host has no closing bracket');
    return `[${ipv6Text(parseIpv6(text.slice(1, -1)))}]`;
  }
  if (!special) {
    if (FORBIDDEN_HOST.test(text)) throw invalidUrl('the host holds a character that hosts must not hold');
    return percentEncode(text, ENCODED.opaque);
  }
  const name = percentDecode(text);
  if (/[^\u0000-\u007f]/.test(name)) {
    throw invalidUrl('internationalised host names are not read here; write the name in its ASCII form (xn--…)');
  }
  const domain = name.toLowerCase();
  if (domain === '' || FORBIDDEN_DOMAIN.test(domain)) throw invalidUrl('the host is empty or holds a character that hosts must not hold');
  return endsInNumber(domain) ? parseIpv4(domain) : domain;
};
