/** What an approved plugin may do: its grants, its placeholders, and the host's side of its powers. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Manifest } from '../../schemas/manifest.ts';
import type { SecurityPolicy } from '../../schemas/security-policy.ts';
import type { Attachments } from '../capabilities/attachments.ts';
import { createFetchCapability, type FetchBounds } from '../capabilities/fetch.ts';
import { createGrantedKeys } from '../capabilities/granted-key.ts';
import { type NetworkGrant, resolveGrants } from '../capabilities/grants.ts';
import { createHmacCapability } from '../capabilities/hmac.ts';
import { createMailCapability, type MailDeps } from '../capabilities/mail.ts';
import { createPlaceholders, type Placeholders } from '../capabilities/placeholders.ts';
import type { RequestTracker } from '../capabilities/request-tracker.ts';
import { createSignCapability } from '../capabilities/sign.ts';
import type { PluginStorage } from '../capabilities/storage.ts';
import type { Egress, SocketEgress } from '../egress/egress.ts';
import { systemClock } from '../lib/clock.ts';
import type { Evaluated } from '../registry/evaluate.ts';
import type { Generation } from '../registry/generation.ts';
import { pluginBudget } from '../registry/plugin-budget.ts';
import type { CapabilityHandler } from '../sandbox/confined.ts';

export type Ready = Extract<Evaluated, { ready: true }>;

export interface PowersDeps {
  egress: Egress & Partial<SocketEgress>;
  /** Authorities that mail servers are trusted by instead of the system's, PEM. */
  ca?: string | undefined;
  /** The policy's. */
  budgets: SecurityPolicy['budgets'];
  network_mode(): string;
  storage: PluginStorage;
}

/** What this one plugin has of its own. */
export interface PowersOf {
  /** Under which name its data is kept. */
  storage_name: string;
  tracker: Pick<RequestTracker, 'left' | 'answered'>;
  attachments?: Attachments | undefined;
  bounds?: ((call_id: string | null) => FetchBounds) | undefined;
}

export interface Powers {
  generation: Omit<Generation, 'webhook_url'>;
  placeholders: Placeholders;
  grants: readonly NetworkGrant[];
}

/** Values without the secrets: what grants may refer to and acknowledgements may show. */
export const plainValues = (evaluated: Evaluated): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(evaluated.values).flatMap(([field, { value }]) => (evaluated.secret_fields.has(field) ? [] : [[field, value]])),
  );

const secretValues = (evaluated: Ready): Record<string, string> =>
  Object.fromEntries(
    Object.entries(evaluated.values).flatMap(([field, { value }]) => (evaluated.secret_fields.has(field) ? [[field, String(value)]] : [])),
  );

/** The powers that stand behind `permissions.hmac`; a field that is a credential too is no key. */
const keyedHandlers = ({ permissions = {} }: Manifest, placeholders: Placeholders): Record<string, CapabilityHandler> => {
  const { hmac, network = [] } = permissions;
  if (hmac === undefined) return {};
  const fields = hmac.map((each) => (typeof each === 'string' ? each : each.field));
  const credentials = new Set(network.flatMap((each) => (each.credentials ?? []).map(({ secret }) => secret)));
  const keys = createGrantedKeys({ fields, credentials, placeholders });
  return { hmac: createHmacCapability(keys), sign: createSignCapability(keys) };
};

/** Behind `permissions.mail`. */
const mailHandler = (
  { egress, ca }: PowersDeps,
  { permissions = {} }: Manifest,
  own: Pick<MailDeps, 'values' | 'placeholders' | 'allowed'>,
): Record<string, CapabilityHandler> => {
  if (permissions.mail === undefined) return {};
  const openSocket: SocketEgress['openSocket'] = async (request) =>
    egress.openSocket?.(request) ?? { ok: false, code: 'CONNECT_FAILED', message: 'There is no way out for mail here.' };
  return { mail: createMailCapability({ ...own, sockets: { openSocket }, clock: systemClock, newId: randomUUID, ca }) };
};

/** Throws when the values do not make a grant; the message is for the operator. */
export const createPowers = (deps: PowersDeps, evaluated: Ready, own: PowersOf): Powers => {
  const { source } = evaluated;
  const manifest = source.manifest as NonNullable<typeof source.manifest>;
  const plain = plainValues(evaluated);
  const placeholders = createPlaceholders(secretValues(evaluated), randomBytes);
  const { network, storage, timers } = manifest.permissions ?? {};
  const granted = resolveGrants(network ?? [], plain, { mayNameAll: manifest.operations !== undefined });
  if (!granted.ok) throw new Error(granted.problems.map((problem) => problem.message).join('; '));
  // Which requests `readonly` lets out, the door itself decides: it knows the method of every hop.
  const allowed = () => deps.network_mode() !== 'off' || 'The network mode is off: nothing leaves until it returns.';
  const fetch = createFetchCapability({
    egress: deps.egress,
    grants: granted.grants,
    placeholders,
    tracker: own.tracker,
    attachments: own.attachments,
    bounds: own.bounds,
    allowed,
  });
  const handlers: Record<string, CapabilityHandler> = {
    ...(network ? { fetch } : {}),
    ...mailHandler(deps, manifest, { values: plain, placeholders, allowed }),
    ...(storage ? { storage: deps.storage.capability(own.storage_name, storage.max_bytes) } : {}),
    ...keyedHandlers(manifest, placeholders),
  };
  return {
    placeholders,
    grants: granted.grants,
    generation: {
      manifest,
      bundle: source.bundle as NonNullable<typeof source.bundle>,
      place: source.builtin === null ? 'process' : 'thread',
      budget: pluginBudget(manifest.budget, deps.budgets),
      export_name: source.export_name as string,
      digest: source.digest as string,
      config: { ...plain, ...Object.fromEntries(placeholders.byField) },
      granted: [...Object.keys(handlers), ...(timers ? ['timers'] : [])],
      handlers,
    },
  };
};
