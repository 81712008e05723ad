/** One approved generation of a plugin, and the worker that is made of it. */
import type { Manifest } from '../../schemas/manifest.ts';
import type { Logger } from '../lib/logger.ts';
import type { CapabilityHandler, ConfinedAdapter, Json, Place, Sandbox } from '../sandbox/confined.ts';
import type { BytesLimits } from './attachment-bytes.ts';
import type { PluginKind } from './kinds.ts';
import { messageLimits, type PluginBudget } from './plugin-budget.ts';
import type { AdapterBundle } from './plugin-source.ts';

/** Everything a worker is made of. */
export interface Generation {
  manifest: Manifest;
  bundle: AdapterBundle;
  place: Place;
  budget: PluginBudget;
  export_name: string;
  digest: string;
  /** Configuration with placeholders for secrets. */
  config: Record<string, string | number | boolean>;
  webhook_url: string | undefined;
  granted: readonly string[];
  handlers: Readonly<Record<string, CapabilityHandler>>;
  /** A channel's: carries out the request that `attachment` answered with. Rejects with an error that has a `code`. */
  download?: ((request: Json, limits: BytesLimits) => Promise<Buffer>) | undefined;
  /** Turns secrets in a text of the plugin's back into their placeholders. */
  scrub?: ((text: string) => string) | undefined;
}

/** A generation that is to serve; `adopt` is called in the turn in which it begins to. */
export interface Next {
  generation: Generation;
  adopt(): void;
}

/** Whether the next generation serves now; when not, why, and the one before it goes on. */
export type Replaced = { ok: true } | { ok: false; reason: string };

/** A loop at import ends long before it: its event loop stands still. */
const BOOT_DEADLINE_MS = 20_000;

export interface StartDeps {
  sandbox: Sandbox;
  log: Logger;
}

/** Boots a worker with the generation's code; of the plugin nothing but its constructor has been called yet. */
export const startWorker = async (
  kind: PluginKind,
  id: string,
  generation: Generation,
  { sandbox, log }: StartDeps,
): Promise<{ ok: true; adapter: ConfinedAdapter } | { ok: false; reason: string; stack?: string | undefined }> => {
  const { manifest, budget } = generation;
  const started = await sandbox.start({
    channel_id: id,
    emits: kind === 'channel',
    code: generation.bundle.code,
    source_map: generation.bundle.source_map ?? undefined,
    export_name: generation.export_name,
    config: generation.config,
    webhook_url: generation.webhook_url,
    granted: generation.granted,
    handlers: generation.handlers,
    place: generation.place,
    heap_mb: budget.heap_mb,
    cpu_ms_per_second: budget.cpu_ms_per_second,
    call_timeout_ms: budget.receive_ms,
    boot_timeout_ms: BOOT_DEADLINE_MS,
    ...messageLimits(manifest),
    on_log: (level, message, fields) => log[level]({ [`${kind}_id`]: id, plugin: fields ?? undefined }, message),
  });
  if (started.ok) return started;
  return { ok: false, reason: `${started.fault.code}: ${started.fault.message}`, stack: started.fault.stack };
};
