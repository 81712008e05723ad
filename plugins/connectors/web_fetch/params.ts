/** The parameters of the operations, held to more than a schema can say. */
import { InvalidParamsError, type OperationParams } from '../../sdk/index.ts';

const CONTROL = /[\u0000-\u0020\u007f]/;

/** Throws `InvalidParamsError` for what is no plain http or https address, a fragment and a user name among it. */
export const parseUrl = (value: unknown): string => {
  if (typeof value !== 'string') throw new InvalidParamsError("'url' is no text");
  if (CONTROL.test(value)) throw new InvalidParamsError("'url' holds a space or a control character; percent-encode it");
  if (!URL.canParse(value)) throw new InvalidParamsError("'url' is no absolute http or https address");
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new InvalidParamsError("'url' has a scheme other than http and https");
  if (url.username !== '' || url.password !== '') throw new InvalidParamsError("'url' holds a user name or a password");
  if (value.includes('#')) throw new InvalidParamsError("'url' has a fragment, which is never sent; leave it out");
  return url.href;
};

/** A whole number between `least` and `most`, or `otherwise` when it is not given. */
export const parseCount = (params: OperationParams, name: string, [least, most]: readonly [number, number], otherwise: number): number => {
  const value = params[name];
  if (value === undefined || value === null) return otherwise;
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw new InvalidParamsError(`'${name}' is no whole number from ${least} to ${most}`);
  }
  return Number(value);
};
