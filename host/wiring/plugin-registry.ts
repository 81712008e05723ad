/** What a registry works with, whichever kind of plugins it holds: the rows, the files, the variables, the seals. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import { decideApproval } from '../registry/approval.ts';
import type { PluginKind } from '../registry/kinds.ts';
import { resolvePluginConfig } from '../registry/plugin-config.ts';
import type { PluginRegistryDeps } from '../registry/plugin-registry.ts';
import type { Runner } from '../registry/serving.ts';

export interface RegistryDeps {
  kind: PluginKind;
  config: Config;
  ledger: Ledger;
  clock: Clock;
  /** Variables that more than one plugin would read. */
  contested(): ReadonlySet<string>;
}

/** The entries of the file that an operator edits. */
export const fileEntries = (config: Config, kind: PluginKind) => (kind === 'channel' ? config.channels_config : config.connectors_config);

export const registryDeps = ({ kind, config, ledger, clock, contested }: RegistryDeps) => {
  const entries = fileEntries(config, kind);
  const place = (id: string) => [`${kind}s`, id, 'config'] as const;
  return {
    kind,
    after: (delay_ms, callback) => clock.after(delay_ms, callback),
    now: () => clock.now(),
    stored: () => ledger.plugins(),
    async write(row, { actor, action, decision, detail }) {
      const entry = { at: clock.now(), actor, action, subject: row.id, decision, detail: detail ?? null };
      await ledger.commit({ plugins: [row], audit: [entry] });
    },
    fileEntry: (id) => entries[id],
    resolve: (source, stored) =>
      resolvePluginConfig({ source, env: config.channelEnv, file_entry: entries[source.id], stored, contested: contested() }),
    approval: (source, stored, stated) => decideApproval({ source, entry: entries[source.id] ?? null, stored, stated }),
    openStored: (id, sealed) => JSON.parse(ledger.openText(sealed, ...place(id))) as Record<string, string | number | boolean>,
    sealStored: (id, values) => ledger.sealText(JSON.stringify(values), ...place(id)),
    newSecret: () => randomBytes(32).toString('base64url'),
  } satisfies Partial<PluginRegistryDeps<Runner>>;
};

/** How a plugin's state is told in the log. */
export const stateLevel = (state: string): 'info' | 'warn' =>
  state === 'running' || state === 'starting' || state === 'disabled' ? 'info' : 'warn';

/** A command works on the database alone: nothing is started, and the plugins say so. */
export const notRunning = <R extends Runner>(runner: R): R => ({
  ...runner,
  start: async () => undefined,
  replace: async () => ({ ok: true }),
  retry: () => undefined,
  status: () => ({ state: 'starting', reason: 'The host is not running.', fix: 'agentos serve' }),
});
