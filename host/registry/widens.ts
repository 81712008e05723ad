/**
 * Whether a plugin asks for anything beyond the built-in plugin's own manifest. Pure, and by allow-list: a
 * difference in what carries authority widens, unless it is plainly less.
 */
import type { ConfigurationField, Manifest, NetworkPermission, Permissions, Webhook } from '../../schemas/manifest.ts';
import { canonical } from '../lib/canonical.ts';
import { configReference } from './config-reference.ts';

export const same = (a: unknown, b: unknown): boolean => canonical(a ?? null) === canonical(b ?? null);

/** What is not stated in `own` is not granted by it. */
export const within = <T>(asked: readonly T[] | undefined, own: readonly T[] | undefined): boolean =>
  (asked ?? []).every((each) => (own ?? []).some((other) => same(each, other)));

export const atMost = (asked: number | undefined, own: number | undefined): boolean =>
  asked === undefined || (own !== undefined && asked <= own);

type Methods = NonNullable<NetworkPermission['methods']>;
const ALL_METHODS: Methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Of every address at once only reading is meant, unless more is said. */
const READING_METHODS: Methods = ['GET', 'HEAD'];
const methodsOf = ({ url, methods }: NetworkPermission): Methods => methods ?? (url === '*' ? READING_METHODS : ALL_METHODS);
const DEFAULT_RESPONSE_BYTES = 1_048_576;
const DEFAULT_BODY_BYTES = 1_048_576;

export const coversNetwork = (own: NetworkPermission, asked: NetworkPermission): boolean =>
  own.url === asked.url &&
  within(methodsOf(asked), methodsOf(own)) &&
  within(asked.credentials, own.credentials) &&
  atMost(asked.max_response_bytes ?? DEFAULT_RESPONSE_BYTES, own.max_response_bytes ?? DEFAULT_RESPONSE_BYTES);

export const hmacFields = ({ hmac }: Permissions): string[] => (hmac ?? []).map((each) => (typeof each === 'string' ? each : each.field));
export const sockets = ({ websocket }: Permissions): string[] => (websocket ?? []).map(({ url }) => url);

const widensPermissions = (asked: Permissions = {}, own: Permissions = {}): boolean => {
  const { network = [], storage } = asked;
  if (!network.every((each) => (own.network ?? []).some((other) => coversNetwork(other, each)))) return true;
  if (!within(hmacFields(asked), hmacFields(own)) || !within(sockets(asked), sockets(own))) return true;
  if (storage && !atMost(storage.max_bytes, own.storage?.max_bytes)) return true;
  return (asked.timers !== undefined && own.timers === undefined) || !within(asked.mail, own.mail);
};

/** The acknowledgement counts too: in some of them (TwiML) the platform takes orders. */
export const widensWebhook = (asked: Webhook | undefined, own: Webhook | undefined): boolean => {
  if (asked === undefined) return false;
  return (
    !same(asked.verify, own?.verify) ||
    !same(asked.challenge, own?.challenge) ||
    !same(asked.ack, own?.ack) ||
    !within(asked.headers, own?.headers) ||
    !within(asked.methods, own?.methods) ||
    !atMost(asked.max_body_bytes ?? DEFAULT_BODY_BYTES, own?.max_body_bytes ?? DEFAULT_BODY_BYTES)
  );
};

/** Fields whose value decides where a request goes or as whom: their default is as good as a permission. */
const referredFields = ({ permissions = {} }: Manifest): Set<string> => {
  const { network = [], websocket = [] } = permissions;
  const texts = [
    ...network.flatMap(({ url, credentials = [] }) => [url, ...credentials.map(({ user }) => user)]),
    ...websocket.map(({ url }) => url),
  ];
  return new Set(texts.flatMap((text) => configReference(text) ?? []));
};

const RULES = ['type', 'default', 'pattern', 'enum', 'format', 'min', 'max'] as const satisfies readonly (keyof ConfigurationField)[];

export const widensFields = (asked: Manifest, own: Manifest): boolean => {
  const referred = referredFields(own);
  return Object.entries(own.configuration_schema ?? {}).some(([name, theirs]) => {
    const field = asked.configuration_schema?.[name];
    if (field === undefined) return false;
    // A secret that is none any more would be handed to the plugin and shown.
    if (theirs.secret === true && field.secret !== true) return true;
    if (!same(field.env, theirs.env) || !same(field.generate, theirs.generate)) return true;
    return referred.has(name) && RULES.some((rule) => !same(field[rule], theirs[rule]));
  });
};

/** What an operation is declared to do decides who may ask for it: another word for it is as good as a permission. */
const widensOperations = (asked: Manifest, own: Manifest): boolean =>
  Object.entries(asked.operations ?? {}).some(([name, operation]) => {
    const theirs = own.operations ?? {};
    return !Object.hasOwn(theirs, name) || !same(operation, theirs[name]);
  });

export const BUDGETS = ['heap_mb', 'call_timeout_ms', 'cpu_ms_per_second', 'queue'] as const;

/** `asked` is the merged manifest, `own` the plugin's. */
export const widens = (asked: Manifest, own: Manifest): boolean =>
  widensPermissions(asked.permissions, own.permissions) ||
  widensWebhook(asked.webhook, own.webhook) ||
  widensFields(asked, own) ||
  widensOperations(asked, own) ||
  BUDGETS.some((each) => !atMost(asked.budget?.[each], own.budget?.[each])) ||
  // Only the plugin knows whether its platform takes the same message twice as one.
  (asked.send?.idempotent === true && own.send?.idempotent !== true);
