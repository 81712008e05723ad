/** One approved generation of a channel as a worker is made of it: grants, placeholders and the host's side of its powers. */
import { randomBytes } from 'node:crypto';
import { createFetchCapability } from './capabilities/fetch.ts';
import { resolveGrants } from './capabilities/grants.ts';
import { createPlaceholders } from './capabilities/placeholders.ts';
import type { RequestTracker } from './capabilities/request-tracker.ts';
import type { Egress } from './egress/egress.ts';
import type { Generation } from './registry/channel.ts';
import type { Evaluated } from './registry/evaluate.ts';
import { CapabilityError, type CapabilityHandler } from './sandbox/confined.ts';

export type Ready = Extract<Evaluated, { ready: true }>;

export interface GenerationDeps {
  egress: Egress;
  public_url: string | null;
  network_mode(): string;
  /** Records a raw event of the channel; resolves after its commit. */
  record(channel_id: string, event_id: string, body: string): Promise<unknown>;
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

const emitHandler =
  (deps: GenerationDeps, id: string): CapabilityHandler =>
  async (args) => {
    const { event_id, body } = (args ?? {}) as { event_id?: unknown; body?: unknown };
    if (typeof event_id !== 'string' || event_id === '' || event_id.length > 255 || typeof body !== 'string') {
      throw new CapabilityError('INVALID_PARAMS', 'emit takes {event_id, body}: an id of 1 to 255 characters and a text.');
    }
    await deps.record(id, event_id, body);
    return null;
  };

/** Throws when the values do not make a grant; the message is for the operator. */
export const createGeneration = (deps: GenerationDeps, evaluated: Ready, tracker: RequestTracker): Generation => {
  const { source } = evaluated;
  const manifest = source.manifest as NonNullable<typeof source.manifest>;
  const plain = plainValues(evaluated);
  const placeholders = createPlaceholders(secretValues(evaluated), randomBytes);
  const network = manifest.permissions?.network;
  const granted = resolveGrants(network ?? [], plain);
  if (!granted.ok) throw new Error(granted.problems.map((problem) => problem.message).join('; '));
  const fetch = createFetchCapability({
    egress: deps.egress,
    grants: granted.grants,
    placeholders,
    tracker,
    allowed: () => deps.network_mode() === 'on' || 'The network mode does not allow requests now.',
  });
  return {
    manifest,
    bundle: source.bundle as NonNullable<typeof source.bundle>,
    export_name: source.export_name as string,
    digest: source.digest as string,
    config: { ...plain, ...Object.fromEntries(placeholders.byField) },
    webhook_url: deps.public_url !== null && manifest.webhook_url ? deps.public_url + manifest.webhook_url : undefined,
    granted: [...(network ? ['fetch'] : []), ...(manifest.permissions?.timers ? ['timers'] : [])],
    handlers: { ...(network ? { fetch } : {}), emit: emitHandler(deps, source.id) },
  };
};
