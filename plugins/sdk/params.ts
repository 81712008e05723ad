/** Parameters of operations, held to more than a schema can say. Each throws `InvalidParamsError`. */
import { InvalidParamsError, type OperationParams } from './connector.ts';

/** A plain http or https address as the URL parser writes it: without user name, fragment, space and control character. */
export const urlParam = (params: OperationParams, name: string): string => {
  const value = params[name];
  if (typeof value !== 'string') throw new InvalidParamsError(`'${name}' is no text`);
  if (/[\u0000-\u0020\u007f]/.test(value))
    throw new InvalidParamsError(`'${name}' holds a space or a control character; percent-encode it`);
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new InvalidParamsError(`'${name}' is no absolute http or https address`);
  }
  if (url.username !== '' || url.password !== '') throw new InvalidParamsError(`'${name}' holds a user name or a password`);
  if (value.includes('#')) throw new InvalidParamsError(`'${name}' has a fragment, which is never sent; leave it out`);
  return url.href;
};

/** A whole number from `least` to `most`; `otherwise` when it is not given. */
export const integerParam = (
  params: OperationParams,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number => {
  const value = params[name];
  if (value === undefined || value === null) return otherwise;
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw new InvalidParamsError(`'${name}' is no whole number from ${least} to ${most}`);
  }
  return Number(value);
};

/** The bytes that a caller gives, in base64: either `content`, a text (as UTF-8), or `content_base64`. `what` names them in the error. */
export const contentParam = ({ content, content_base64 }: OperationParams, what: string): string => {
  if ((content === undefined) === (content_base64 === undefined)) {
    throw new InvalidParamsError(`Give 'content' (text) or 'content_base64' (bytes) of ${what}, one of them`);
  }
  const base64 = content_base64 === undefined ? encode(String(content)) : String(content_base64);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw new InvalidParamsError(`'content_base64' of ${what} is no base64`);
  }
  return base64;
};

const encode = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  // A call takes only so many arguments.
  for (let from = 0; from < bytes.length; from += 8_192) binary += String.fromCharCode(...bytes.subarray(from, from + 8_192));
  return btoa(binary);
};
