/** The keys that a plugin may compute with and never sees: fields of the permission `hmac`, by name or placeholder. */
import { CapabilityError } from '../sandbox/confined.ts';
import type { Placeholders } from './placeholders.ts';

export interface KeyDeps {
  /** Fields of the permission `hmac`. */
  fields: readonly string[];
  /** Fields that travel in requests: an HMAC with one of these could be checked against what was sent. */
  credentials: ReadonlySet<string>;
  placeholders: Placeholders;
}

export interface GrantedKeys {
  /** The field, and its value. Throws `HMAC_NOT_GRANTED` or `KEY_INVALID`. */
  find(named: unknown): { field: string; value: string };
}

const notGranted = (named: string): CapabilityError =>
  new CapabilityError(
    'HMAC_NOT_GRANTED',
    `${named} is not granted as a key. Add the name of the secret field to permissions.hmac of the manifest and approve it.`,
  );

export const keyInvalid = (field: string, problem: string): CapabilityError =>
  new CapabilityError('KEY_INVALID', `The value of config.${field} cannot be used: ${problem}`);

export const createGrantedKeys = ({ fields, credentials, placeholders }: KeyDeps): GrantedKeys => {
  const byName = new Map<string, string>();
  for (const field of fields) {
    if (credentials.has(field)) continue;
    byName.set(field, field);
    const placeholder = placeholders.byField.get(field);
    if (placeholder !== undefined) byName.set(placeholder, field);
  }
  return {
    find(named) {
      if (typeof named !== 'string') throw new CapabilityError('INVALID_PARAMS', 'field is the name of a granted field.');
      const field = byName.get(named);
      // What was named may be a secret's placeholder or anything else: it is not repeated.
      if (field === undefined) throw notGranted(/^[a-z][a-z0-9_]{0,63}$/.test(named) ? `The field "${named}"` : 'What was named');
      const value = placeholders.valueOf(field);
      if (value === undefined) throw keyInvalid(field, 'it has none. Fill it in.');
      return { field, value };
    },
  };
};
