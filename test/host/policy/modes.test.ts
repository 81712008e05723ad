import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NETWORK_MODES, type NetworkMode, settleMode } from '../../../host/policy/modes.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

/** A start of the host with what its environment and its policy say. */
const start = async (environment: NetworkMode | null, fallback: NetworkMode = 'on', allowed: readonly NetworkMode[] = NETWORK_MODES) => {
  home.clock.advance(1000);
  return (await settleMode(home.ledger, { name: 'network_mode', environment, fallback, allowed }, home.clock.now())).value;
};

/** What an operator decides while the host runs. */
const operator = (value: NetworkMode) =>
  home.ledger.commit({ settings: [{ name: 'network_mode', value, at: home.clock.now(), actor: 'cli:ada', reason: 'test' }] });

const history = async (): Promise<string[]> =>
  (
    await home.database.reader.all<{ actor: string; previous: string | null; value: string }>(
      `SELECT * FROM settings_history WHERE name = 'network_mode' ORDER BY seq`,
    )
  ).map(({ actor, previous, value }) => `${actor}: ${previous} to ${value}`);

describe('the network mode at a start', () => {
  it('is the default of the policy while nobody ever said anything, also when the default changes', async () => {
    expect(await start(null, 'on')).toBe('on');
    expect(await start(null, 'off')).toBe('off');
    expect(await history()).toEqual(['host: null to on', 'host: on to off']);
  });

  it('is what the environment says at the first start', async () => {
    expect(await start('readonly')).toBe('readonly');
  });

  it('is what an operator decided last, although the environment still says what it said', async () => {
    await start('on');
    await operator('off');
    expect(await start('on')).toBe('off');
    expect(await start(null, 'on')).toBe('off');
  });

  it('is what a person decided before the first start, whatever the environment says then', async () => {
    await operator('off');
    expect(await start('on')).toBe('off');
    expect(await start('readonly')).toBe('readonly');
  });

  it('is the word of the environment when it comes for the first time after a silent start', async () => {
    await start(null);
    await operator('off');
    expect(await start('on')).toBe('on');
  });

  it('is the word of the environment when that has changed since the start before', async () => {
    await start('on');
    await operator('readonly');
    expect(await start('off')).toBe('off');
    expect(await history()).toEqual(['environment: null to on', 'cli:ada: on to readonly', 'environment: readonly to off']);
  });

  it('is the word of the environment again when it comes back after a silence', async () => {
    await start('off');
    await operator('on');
    await start(null);
    expect(await start('off')).toBe('off');
  });

  it('stays what the environment says when that was the default already and the default changes', async () => {
    await start(null, 'on');
    await start('on', 'on');
    expect(await start('on', 'off')).toBe('on');
  });

  it('writes nothing when it stays the same', async () => {
    await start('on');
    await start('on');
    await start('on');
    expect(await history()).toHaveLength(1);
    expect((await home.ledger.auditOf(['network_mode'])).map(({ actor, action, decision }) => [actor, action, decision])).toEqual([
      ['environment', 'network_mode.changed', 'on'],
    ]);
  });

  it('keeps who decided and when', async () => {
    await start('on');
    await operator('off');
    const at = home.clock.now();
    home.clock.advance(1000);
    expect(
      await settleMode(home.ledger, { name: 'network_mode', environment: 'on', fallback: 'on', allowed: NETWORK_MODES }, home.clock.now()),
    ).toEqual({
      value: 'off',
      updated_at: at,
      updated_by: 'cli:ada',
    });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the environment', () => start('on', 'off', ['off'])],
    ['the default', () => start(null, 'on', ['off'])],
  ])('that %s names and the policy does not allow stops the start and writes nothing', async (_who, begin) => {
    await expect(begin()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('on'),
      hint: expect.stringMatching(/off.*NETWORK_MODE/),
    });
    expect(await history()).toEqual([]);
  });

  it('that was decided and is not allowed any more stops the start: no other one is chosen in its place', async () => {
    await start(null);
    await operator('off');
    await expect(start(null, 'on', ['on', 'readonly'])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('off'),
    });
    expect(await start('readonly', 'on', ['on', 'readonly'])).toBe('readonly');
  });

  it('that the database holds and nobody knows stops the start', async () => {
    await operator('whatever' as NetworkMode);
    await expect(start(null)).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('whatever') });
  });
});
