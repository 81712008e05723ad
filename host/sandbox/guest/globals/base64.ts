/** `atob` and `btoa` (https://html.spec.whatwg.org/multipage/webappapis.html#atob). */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));

const invalidCharacter = (message: string): Error => Object.assign(new Error(message), { name: 'InvalidCharacterError' });

export const btoa = (data: string): string => {
  const text = String(data);
  let out = '';
  for (let i = 0; i < text.length; i += 3) {
    const bytes = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
    if (bytes.some((byte) => byte > 0xff)) throw invalidCharacter('btoa takes characters up to U+00FF; encode the text as UTF-8 first');
    // Beyond the end `charCodeAt` is NaN, which the bit operations read as 0.
    const [first, second, third] = bytes as [number, number, number];
    out += DIGITS.charAt(first >> 2) + DIGITS.charAt(((first & 3) << 4) | (second >> 4));
    out += i + 1 < text.length ? DIGITS.charAt(((second & 15) << 2) | (third >> 6)) : '=';
    out += i + 2 < text.length ? DIGITS.charAt(third & 63) : '=';
  }
  return out;
};

export const atob = (data: string): string => {
  const wrong = () => invalidCharacter('atob was given a text that is not base64');
  let text = String(data).replace(/[\t\n\f\r ]/g, '');
  if (text.length % 4 === 0) text = text.replace(/={1,2}$/, '');
  if (text.length % 4 === 1) throw wrong();
  let out = '';
  let bits = 0;
  let held = 0;
  for (const digit of text) {
    const value = VALUES.get(digit);
    if (value === undefined) throw wrong();
    bits = (bits << 6) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += String.fromCharCode((bits >> held) & 0xff);
      bits &= (1 << held) - 1;
    }
  }
  return out;
};
