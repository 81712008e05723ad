/** One approved generation of a channel as a worker is made of it: grants, placeholders and the host's side of its powers. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Manifest } from '../../schemas/manifest.ts';
import type { Attachment } from '../../schemas/message.ts';
import type { SecurityPolicy } from '../../schemas/security-policy.ts';
import { createUrlSource } from '../capabilities/attachment-url.ts';
import { type AttachmentSource, createAttachments } from '../capabilities/attachments.ts';
import { createDownload } from '../capabilities/download.ts';
import { createEmitCapability } from '../capabilities/emit.ts';
import { createFetchCapability } from '../capabilities/fetch.ts';
import { createGrantedKeys } from '../capabilities/granted-key.ts';
import { resolveGrants } from '../capabilities/grants.ts';
import { createHmacCapability } from '../capabilities/hmac.ts';
import { createMailCapability, type MailDeps } from '../capabilities/mail.ts';
import { createPlaceholders, type Placeholders } from '../capabilities/placeholders.ts';
import type { RequestTracker } from '../capabilities/request-tracker.ts';
import { createSignCapability } from '../capabilities/sign.ts';
import type { PluginStorage } from '../capabilities/storage.ts';
import type { Egress, SocketEgress } from '../egress/egress.ts';
import { systemClock } from '../lib/clock.ts';
import type { Generation } from '../registry/channel.ts';
import type { Evaluated } from '../registry/evaluate.ts';
import { pluginBudget } from '../registry/plugin-budget.ts';
import type { CapabilityHandler } from '../sandbox/confined.ts';

export type Ready = Extract<Evaluated, { ready: true }>;

export interface GenerationDeps {
  egress: Egress & Partial<SocketEgress>;
  public_url: string | null;
  /** The policy's. */
  budgets: SecurityPolicy['budgets'];
  network_mode(): string;
  /** Records a raw event of the channel; resolves after its commit. */
  record(channel_id: string, event_id: string, body: string): Promise<unknown>;
  storage: PluginStorage;
  /** Authorities that mail servers are trusted by instead of the system's, PEM. */
  ca?: string | undefined;
  /** Of one of the channel's outbound messages; null when it has no such message. */
  attachmentsOf(channel_id: string, message_id: string): Promise<readonly Attachment[] | null>;
  /** What people sent, by its id. */
  inbound: AttachmentSource;
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
  { egress, ca }: GenerationDeps,
  { permissions = {} }: Manifest,
  own: Pick<MailDeps, 'values' | 'placeholders' | 'allowed'>,
): Record<string, CapabilityHandler> => {
  if (permissions.mail === undefined) return {};
  const openSocket: SocketEgress['openSocket'] = async (request) =>
    egress.openSocket?.(request) ?? { ok: false, code: 'CONNECT_FAILED', message: 'There is no way out for mail here.' };
  return { mail: createMailCapability({ ...own, sockets: { openSocket }, clock: systemClock, newId: randomUUID, ca }) };
};

/** Throws when the values do not make a grant; the message is for the operator. */
export const createGeneration = (deps: GenerationDeps, evaluated: Ready, tracker: RequestTracker): Generation => {
  const { source } = evaluated;
  const manifest = source.manifest as NonNullable<typeof source.manifest>;
  const plain = plainValues(evaluated);
  const placeholders = createPlaceholders(secretValues(evaluated), randomBytes);
  const network = manifest.permissions?.network;
  const granted = resolveGrants(network ?? [], plain, { mayNameAll: manifest.operations !== undefined });
  if (!granted.ok) throw new Error(granted.problems.map((problem) => problem.message).join('; '));
  const attachments = createAttachments({
    attachmentsOf: (message_id) => deps.attachmentsOf(source.id, message_id),
    sending: () => tracker.sending(),
    sources: [deps.inbound, createUrlSource(deps.egress)],
    media: manifest.limits?.media,
  });
  const allowed = () => deps.network_mode() !== 'off' || 'The network mode is off: nothing leaves until it returns.';
  const fetch = createFetchCapability({
    egress: deps.egress,
    grants: granted.grants,
    placeholders,
    tracker,
    attachments,
    // Which requests `readonly` lets out, the door itself decides: it knows the method of every hop.
    allowed,
  });
  const storage = manifest.permissions?.storage;
  const grantedHandlers: Record<string, CapabilityHandler> = {
    ...(network ? { fetch } : {}),
    ...mailHandler(deps, manifest, { values: plain, placeholders, allowed }),
    ...(storage ? { storage: deps.storage.capability(source.id, storage.max_bytes) } : {}),
    ...keyedHandlers(manifest, placeholders),
  };
  return {
    manifest,
    bundle: source.bundle as NonNullable<typeof source.bundle>,
    place: source.builtin === null ? 'process' : 'thread',
    budget: pluginBudget(manifest.budget, deps.budgets),
    export_name: source.export_name as string,
    digest: source.digest as string,
    config: { ...plain, ...Object.fromEntries(placeholders.byField) },
    webhook_url: deps.public_url !== null && manifest.webhook_url ? deps.public_url + manifest.webhook_url : undefined,
    granted: [...Object.keys(grantedHandlers), ...(manifest.permissions?.timers ? ['timers'] : [])],
    handlers: { ...grantedHandlers, emit: createEmitCapability((event_id, body) => deps.record(source.id, event_id, body)) },
    download: createDownload({ egress: deps.egress, grants: granted.grants, placeholders }),
  };
};
