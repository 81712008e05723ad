/** What a manifest asks for, in words that a person can judge. Pure. */
import type { Credential, NetworkPermission, Permissions } from '../../../../../schemas/manifest.ts';
import type { Plugin } from './kinds.ts';

export interface PermissionWords {
  what: string;
  /** The manifest's own. */
  reason: string | null;
  /** One sentence each. */
  details: readonly string[];
}

type Values = Pick<Plugin, 'config' | 'configuration_schema'>;

/** In the place of a value that is not shown. */
const MASK = '********';
const REFERENCE = /^\{config\.([a-z][a-z0-9_]{0,63})\}$/;

/** The field that an address or a user name refers to. */
export const fieldIn = (text: string | undefined): string | null => REFERENCE.exec(text ?? '')?.[1] ?? null;

const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** The value of a field, as far as it may be shown: before an approval only a default is known. */
export const seenValue = ({ config, configuration_schema }: Values, field: string): string | null => {
  const now = own(config, field);
  if (now === undefined || now.secret || own(configuration_schema, field)?.secret) return null;
  if (now.source === 'default') return String(own(configuration_schema, field)?.default ?? now.value);
  return now.value === MASK ? null : String(now.value);
};

/** The text, or where the field that it refers to leads now. */
const named = (text: string, values: Values): string => {
  const field = fieldIn(text);
  if (field === null) return text;
  const now = seenValue(values, field);
  return `what the field ${field} says${now === null ? '' : ` (${now})`}`;
};

export const sizeOf = (bytes: number): string => {
  const [unit, size] = bytes >= 1_048_576 ? ['MiB', 1_048_576] : bytes >= 1024 ? ['KiB', 1024] : ['bytes', 1];
  return `${Math.round((bytes / Number(size)) * 10) / 10} ${unit}`;
};

const placeOf = ({ at, form, user, path }: Credential, values: Values): string => {
  const [where = '', rest = ''] = at.split(/:(.*)/s, 2);
  const as = form === undefined ? '' : ` as ${form}`;
  if (where === 'header') return `in the header ${rest}${as}`;
  if (where === 'basic') return `as the password of ${named(user ?? '', values)}`;
  if (where === 'path') return `in the address${as}`;
  return `in the body at ${rest}${path === undefined ? '' : `, of requests to ${path}`}`;
};

const EVERYWHERE = '*';

const ofNetwork = ({ url, methods, credentials = [], max_response_bytes, reason }: NetworkPermission, values: Values): PermissionWords => {
  const everywhere = url === EVERYWHERE;
  const allowed = methods ?? (everywhere ? ['GET', 'HEAD'] : null);
  return {
    what: `Requests to ${everywhere ? 'every public http and https address' : named(url, values)}`,
    reason: reason ?? null,
    details: [
      allowed === null ? 'Any method.' : `${allowed.join(', ')}.`,
      ...credentials.map((credential) => `The host puts the secret ${credential.secret} ${placeOf(credential, values)}.`),
      ...(credentials.length === 0 ? ['No secret goes there.'] : []),
      ...(max_response_bytes === undefined ? [] : [`Answers of at most ${sizeOf(max_response_bytes)}.`]),
    ],
  };
};

const ofHmac = (each: NonNullable<Permissions['hmac']>[number]): PermissionWords => {
  const { field, reason = null } = typeof each === 'string' ? { field: each } : each;
  return { what: `Signatures with the secret ${field}`, reason, details: ['The host computes them; the code never has the secret.'] };
};

export const permissionWords = (plugin: Values & Pick<Plugin, 'permissions'>): PermissionWords[] => {
  const { network = [], websocket = [], hmac = [], storage, timers, mail } = (plugin.permissions ?? {}) as Permissions;
  return [
    ...network.map((each) => ofNetwork(each, plugin)),
    ...websocket.map(({ url, reason = null }) => ({ what: `A WebSocket to ${named(url, plugin)}`, reason, details: [] })),
    ...hmac.map(ofHmac),
    ...(storage
      ? [{ what: 'A store of its own', reason: storage.reason ?? null, details: [`At most ${sizeOf(storage.max_bytes)}.`] }]
      : []),
    ...(timers ? [{ what: 'Timers', reason: timers === true ? null : (timers.reason ?? null), details: [] }] : []),
    ...(mail ? [{ what: 'Sending mail', reason: null, details: [] }] : []),
  ];
};

/** Fields whose value says where a permission reaches. */
export const reachFields = (asked: unknown): ReadonlySet<string> => {
  const { network = [], websocket = [] } = (asked ?? {}) as Permissions;
  const texts = [
    ...network.flatMap(({ url, credentials = [] }) => [url, ...credentials.map(({ user }) => user)]),
    ...websocket.map(({ url }) => url),
  ];
  return new Set(texts.map(fieldIn).filter((field) => field !== null));
};
