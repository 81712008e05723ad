/** Retention on a real database, with a clock that stands until it is moved. */
import type { AuditEntry, Unit } from '../../../host/db/unit.ts';
import type { RetentionPolicy } from '../../../host/retention/ages.ts';
import { createRetention, type Retention } from '../../../host/retention/retention.ts';
import { settled } from '../../support/fake-clock.ts';
import type { TestLedger } from '../ledger/fixture.ts';

export const DAY = 86_400_000;
export const HOUR = 3_600_000;

export const POLICY: RetentionPolicy = {
  messages_days: 90,
  events_days: 7,
  audit_days: 365,
  channel_days: () => undefined,
  dedupe_window_ms: 300_000,
};

export interface TestRetention {
  retention: Retention;
  /** What was committed by it. */
  units: Unit[];
  warnings: string[];
  /** Moves the clock on in small steps until the round that is under way has ended. */
  finish(): Promise<void>;
}

export const makeRetention = (
  home: TestLedger,
  policy: Partial<RetentionPolicy> = {},
  cutTrail: (before: number, pause: () => Promise<boolean>) => Promise<number> = async () => 0,
): TestRetention => {
  const units: Unit[] = [];
  const warnings: string[] = [];
  const retention = createRetention({
    clock: home.clock,
    aged: home.ledger.aged,
    day_keys: { before: async () => [], destroy: async () => ({ not_reached: [] }) },
    commit(unit) {
      units.push(unit);
      return home.ledger.commit(unit);
    },
    policy: () => ({ ...POLICY, ...policy }),
    cutTrail,
    log: (_fields, message) => warnings.push(message),
    on_error(error) {
      throw error;
    },
  });
  return {
    retention,
    units,
    warnings,
    async finish() {
      let over = false;
      void retention.idle().then(() => {
        over = true;
      });
      while (!over) {
        await settled();
        // Only a pause waits for the clock; while the database works, it stands.
        if (!over && home.clock.armed() > 0) home.clock.advance(25);
      }
    },
  };
};

export const toldBy = (units: readonly Unit[]): AuditEntry[] => units.flatMap(({ audit = [] }) => audit);
