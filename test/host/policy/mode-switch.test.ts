import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Unit } from '../../../host/db/unit.ts';
import { createModeSwitch, type ModeSwitch } from '../../../host/policy/mode-switch.ts';
import { NETWORK_MODES, type NetworkMode, settleMode } from '../../../host/policy/modes.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let allowed: readonly NetworkMode[];
let heard: NetworkMode[];
/** Makes the writes of modes fail, as a full disk does. */
let broken: boolean;
let mode: ModeSwitch<NetworkMode>;

beforeEach(async () => {
  home = await openTestLedger();
  allowed = NETWORK_MODES;
  heard = [];
  broken = false;
  const start = await settleMode<NetworkMode>(
    home.ledger,
    { name: 'network_mode', environment: null, fallback: 'on', allowed: NETWORK_MODES },
    home.clock.now(),
  );
  const ledger = {
    ...home.ledger,
    commit: (unit: Unit) => (broken ? Promise.reject(new Error('disk full')) : home.ledger.commit(unit)),
  };
  mode = createModeSwitch(
    {
      ledger,
      now: () => home.clock.now(),
      name: 'network_mode',
      values: NETWORK_MODES,
      allowed: () => allowed,
      on_change: (value) => heard.push(value),
    },
    start,
  );
});
afterEach(() => home.close());

const set = (value: string, reason: string | null = 'test') => mode.set({ value, actor: 'cli:ada', reason });
const history = async (): Promise<string[]> =>
  (
    await home.database.reader.all<{ previous: string | null; value: string; actor: string; reason: string | null }>(
      `SELECT * FROM settings_history WHERE name = 'network_mode' ORDER BY seq`,
    )
  ).map(({ previous, value, actor, reason }) => `${actor}: ${previous} to ${value} (${reason})`);

describe('the network mode at run time', () => {
  it('changes, is kept with who and why, and is told', async () => {
    home.clock.advance(1000);
    expect(await set('readonly', 'maintenance')).toEqual({ previous: 'on', value: 'readonly', changed: true, at: home.clock.now() });
    expect(mode.current()).toEqual({ value: 'readonly', updated_at: home.clock.now(), updated_by: 'cli:ada' });
    expect(await history()).toEqual(['host: null to on (default)', 'cli:ada: on to readonly (maintenance)']);
    expect((await home.ledger.auditOf(['network_mode'])).at(-1)).toMatchObject({
      actor: 'cli:ada',
      action: 'network_mode.changed',
      decision: 'readonly',
      detail: JSON.stringify({ previous: 'on', reason: 'maintenance' }),
    });
    expect(heard).toEqual(['readonly']);
  });

  it('set to what it is changes nothing, writes nothing and tells nobody', async () => {
    const before = await history();
    expect(await set('on')).toMatchObject({ previous: 'on', value: 'on', changed: false });
    expect([await history(), heard]).toEqual([before, []]);
  });

  it.each(['ON', 'on ', '', 'open', 'constructor'])('takes no %j for a mode', async (value) => {
    await expect(set(value)).rejects.toMatchObject({ code: 'INVALID_PARAMS', hint: expect.stringContaining('on, readonly, off') });
    expect(mode.value()).toBe('on');
  });

  it('that the policy does not allow is refused, also when the policy has changed since', async () => {
    allowed = ['on', 'readonly'];
    await expect(set('off')).rejects.toMatchObject({ code: 'FORBIDDEN', hint: expect.stringContaining('on, readonly') });
    allowed = NETWORK_MODES;
    expect((await set('off')).changed).toBe(true);
  });

  it('holds at once when it is stricter, and after its commit when it is looser', async () => {
    const closing = set('off');
    expect([mode.value(), heard]).toEqual(['off', ['off']]);
    await closing;
    const opening = set('on');
    expect(mode.value()).toBe('off');
    await opening;
    expect([mode.value(), heard]).toEqual(['on', ['off', 'on']]);
  });

  it('is never open between two changes when the later one closes', async () => {
    await set('off');
    await Promise.all([set('on'), set('off')]);
    expect([mode.value(), heard]).toEqual(['off', ['off']]);
    expect(await history()).toEqual([
      'host: null to on (default)',
      'cli:ada: on to off (test)',
      'cli:ada: off to on (test)',
      'cli:ada: on to off (test)',
    ]);
  });

  it('that could not be written stays the stricter of both, until somebody says otherwise', async () => {
    broken = true;
    await expect(set('off')).rejects.toThrow('disk full');
    expect(mode.value()).toBe('off');
    broken = false;
    await set('on');
    expect(mode.value()).toBe('on');
    await set('off');
    broken = true;
    await expect(set('on')).rejects.toThrow('disk full');
    expect(mode.value()).toBe('off');
  });
});
