/** What keeps the audit trail, and what removes what is old: the two need each other, because the trail is cut too. */
import path from 'node:path';
import { createCutTrail } from '../audit/cut-trail.ts';
import { openTrailKeeper } from '../audit/trail-keeper.ts';
import type { Verdict } from '../audit/verdict.ts';
import { dedupeWindowMs } from '../config/limits.ts';
import { DEFAULT_POLICY } from '../config/policy-defaults.ts';
import type { Config } from '../config.ts';
import type { VerifyAuditInput } from '../jobs/verify-audit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import { createJobs } from '../lib/jobs.ts';
import type { Logger } from '../lib/logger.ts';
import type { RetentionPolicy } from '../retention/ages.ts';
import { createRetention, type Retention } from '../retention/retention.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { copyKeysEverywhere } from '../secrets/keys-backup.ts';

export interface HostTrailDeps {
  config: Config;
  clock: Clock;
  log: Logger;
  /** Where the built jobs lie. */
  dist_dir: string;
  on_error(error: unknown, what: string): void;
}

export const retentionPolicyOf = (config: Config): RetentionPolicy => {
  const stated = { ...DEFAULT_POLICY.retention, ...config.policy.retention };
  const channels = config.policy.channels ?? {};
  return {
    ...stated,
    channel_days: (id) => (Object.hasOwn(channels, id) ? channels[id]?.retention_days : undefined),
    dedupe_window_ms: dedupeWindowMs(config),
  };
};

export const openHostTrail = async ({ config, clock, log, dist_dir, on_error }: HostTrailDeps) => {
  const jobs = createJobs({ dir: path.join(dist_dir, 'jobs') });
  const keeper = await openTrailKeeper({
    keys_dir: config.keys_dir,
    heads_file: config.audit_heads_file,
    clock,
    log: (fields, message) => log.info(fields, message),
    on_error,
  });
  const verify = (): Promise<Verdict> => {
    const input: VerifyAuditInput = { db_file: config.db_file, heads_files: [config.audit_heads_file], trusted: [keeper.key] };
    return jobs.run<Verdict>('verify-audit', input);
  };
  let retention: Retention | null = null;
  /** With the policy that is in force at the time. */
  let live = config;

  const retentionOf = (ledger: Ledger, keyring: Keyring): Retention =>
    createRetention({
      clock,
      aged: ledger.aged,
      commit: (unit) => ledger.commit(unit),
      day_keys: {
        before: keyring.daysBefore,
        async destroy(key_ids) {
          await keyring.destroyDays(key_ids);
          return { not_reached: (await copyKeysEverywhere(config.keys_dir, (file) => keyring.copyTo(file))).failed };
        },
      },
      policy: () => retentionPolicyOf(live),
      async cutTrail(before, pause) {
        const cut = createCutTrail({
          trail: ledger.trail,
          statements: keeper.statements,
          state: keeper.state,
          verify,
          now: () => clock.now(),
          commit: (unit) => ledger.commit(unit),
          pause,
          on_broken: (broken) => log.error({ broken }, `the audit trail is not cut, because it was changed: ${broken.message}`),
        });
        const removed = await cut(before);
        await keeper.heads.thin(clock.now());
        return removed;
      },
      log: (fields, message) => log.warn(fields, message),
      on_error,
    });

  return {
    verify,
    continues: keeper.continues,
    /** A command that works on a home without a running host signs what it wrote, and removes nothing. */
    async attach(ledger: Ledger, keyring: Keyring, mode: 'serve' | 'offline'): Promise<void> {
      await keeper.attach(ledger, { regularly: mode === 'serve' });
      if (mode === 'serve') retention = retentionOf(ledger, keyring);
    },
    startRetention(with_live_policy: Config): void {
      live = with_live_policy;
      retention?.start();
    },
    async close(): Promise<void> {
      const stopped = retention?.stop();
      await jobs.close();
      await stopped;
      await keeper.close();
    },
  };
};

export type HostTrail = Awaited<ReturnType<typeof openHostTrail>>;
