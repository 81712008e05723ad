/** The mail server of a plugin: the configuration fields `host`, `port`, `security`, `user`, `password` and `from`. */
import { CapabilityError } from '../sandbox/confined.ts';
import type { ConfigValues } from './config-reference.ts';

export interface MailSettings {
  host: string;
  port: number;
  /** `starttls`: refused by a server that does not offer it. `none`: in the clear, and then without a password. */
  security: 'starttls' | 'tls' | 'none';
  user: string | null;
  password: string | null;
  from: string;
  from_name: string | null;
}

const SECURITIES = ['starttls', 'tls', 'none'] as const;
const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

const notConfigured = (message: string): CapabilityError => new CapabilityError('MAIL_NOT_CONFIGURED', message);
const text = (value: unknown): string | null => (value === undefined || value === '' ? null : String(value));

/** A mail address alone. Domains may be of other scripts; the part before the `@` is what SMTP takes without an extension. */
export const isAddress = (value: string): boolean =>
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u.test(value);

/** Throws `MAIL_NOT_CONFIGURED`. `password`: the real value. */
export const readMailSettings = (values: ConfigValues, password: string | undefined): MailSettings => {
  const host = text(values.host);
  const security = SECURITIES.find((each) => each === (values.security ?? 'starttls'));
  const user = text(values.user);
  const from = text(values.from) ?? user;
  if (host === null) throw notConfigured('No mail server is configured: set host.');
  if (security === undefined) throw notConfigured(`security is none of ${SECURITIES.join(', ')}.`);
  if (from === null || !isAddress(from)) throw notConfigured('No sender is configured: set from to a mail address.');
  if (security === 'none' && password !== undefined)
    throw notConfigured('A password is not sent in the clear: set security to starttls or tls.');
  if (user !== null && password === undefined && security !== 'none')
    throw notConfigured('There is a user without a password: set password.');
  const port = values.port === undefined ? PORTS[security] : Number(values.port);
  return { host, port, security, user, password: password ?? null, from, from_name: text(values.from_name) };
};
