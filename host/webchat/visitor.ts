/** A visitor is a random cookie of their browser. The host keeps its hash only. */
import { createHash } from 'node:crypto';

const NAME = 'aos_chat';
const BYTES = 32;
const YEAR_SECONDS = 31_536_000;
/** 32 bytes in base64url. The last character carries four bits, so that each value has one spelling. */
const VALUE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** The cookie's value. Two different ones are none: whoever planted the second would choose whose chat this is. */
export const parseVisitorCookie = (header: string | undefined): string | null => {
  const values = new Set<string>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === NAME) values.add(pair.slice(at + 1).trim());
  }
  const [value] = values;
  return values.size === 1 && value !== undefined && VALUE.test(value) ? value : null;
};

export const newVisitorCookie = (random_bytes: (size: number) => Buffer): string => random_bytes(BYTES).toString('base64url');

export const setCookieHeader = (visitor: string, secure: boolean): string =>
  `${NAME}=${visitor}; Path=/chat; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

export const userKeyOf = (visitor: string): string => createHash('sha256').update(visitor).digest('hex').slice(0, 32);
