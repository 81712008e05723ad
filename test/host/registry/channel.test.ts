/** One channel's life on a clock that stands: starts, faults, probes, and the switch from one generation to the next. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createRequestTracker } from '../../../host/capabilities/request-tracker.ts';
import type { Sender } from '../../../host/outbox/channel-outbox.ts';
import { type Channel, createChannel, type Generation } from '../../../host/registry/channel.ts';
import { createFaultHistory } from '../../../host/registry/fault-history.ts';
import { pluginBudget } from '../../../host/registry/plugin-budget.ts';
import type { PluginStatus } from '../../../host/registry/plugin-status.ts';
import type { CallResult, ConfinedAdapter, Exit, Sandbox, StartResult } from '../../../host/sandbox/confined.ts';
import { createFakeClock, type FakeClock, settled } from '../../support/fake-clock.ts';

type Answer = CallResult | Promise<CallResult>;

/** What a worker of one generation does; named by its digest in `told`. */
interface Script {
  load?: StartResult;
  start?: () => Answer;
  health?: () => Answer;
  send?: () => Answer;
}

const ok = (value: unknown = null): CallResult => ({ ok: true, value: value as never });
const threw = (code: string | undefined, message: string): CallResult => ({ ok: false, fault: 'threw', code, message });
const never = new Promise<CallResult>(() => undefined);

let clock: FakeClock;
let told: string[];
let states: string[];
let scripts: Map<string, Script[]>;
let workers: { digest: string; die(reason: string, breached?: boolean): void }[];
let outbox: { held_by: string | null };
let channel: Channel;
let sender: Sender;

const sandbox: Sandbox = {
  async start({ code }): Promise<StartResult> {
    const queue = scripts.get(code) ?? [];
    const script = (queue.length > 1 ? queue.shift() : queue[0]) ?? {};
    told.push(`${code} boots`);
    if (script.load) return script.load;
    let end: (exit: Exit) => void = () => undefined;
    const exited = new Promise<Exit>((resolve) => {
      end = resolve;
    });
    workers.push({ digest: code, die: (reason, breached = false) => end({ requested: false, breached, reason }) });
    const adapter: ConfinedAdapter = {
      methods: new Set(['start', 'receive', 'send', 'health', 'stop']),
      call(method) {
        told.push(`${code} ${method}`);
        const answer = (script as Record<string, (() => Answer) | undefined>)[method]?.() ?? ok(method === 'receive' ? [] : null);
        const died = exited.then(({ reason }): CallResult => ({ ok: false, fault: 'died', message: reason }));
        return Promise.race([answer, died]);
      },
      async stop(grace_ms) {
        told.push(grace_ms > 0 ? `${code} stops` : `${code} is ended`);
        end({ requested: true, breached: false, reason: 'it was stopped' });
      },
      exited,
    };
    return { ok: true, adapter };
  },
  close: async () => undefined,
};

const generation = (digest: string): Generation => ({
  manifest: { id: 'x_1', name: 'X', version: '1.0.0', adapter_class: './a.ts#A' },
  bundle: { code: digest, source_map: null },
  place: 'process',
  budget: pluginBudget(),
  export_name: 'A',
  digest,
  config: {},
  webhook_url: undefined,
  granted: [],
  handlers: {},
  download: async () => Buffer.alloc(0),
});
const next = (digest: string, ...script: Script[]) => {
  if (script.length > 0) scripts.set(digest, script);
  return { generation: generation(digest), adopt: () => void told.push(`${digest} is adopted`) };
};

const make = (...script: Script[]): Channel => {
  channel = createChannel('x_1', next('one', ...script), {
    sandbox,
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} } as never,
    tracker: createRequestTracker(),
    intake: { open: () => void told.push('events are parsed'), pause: () => void told.push('events wait') } as never,
    outbox: {
      hold: (reason: string) => {
        outbox.held_by = reason;
      },
      open: (opened: Sender) => {
        outbox.held_by = null;
        sender = opened;
      },
      counts: () => outbox,
    } as never,
    faults: createFaultHistory(() => 0.999),
    sort: () => ({ messages: [], reports: [], accounts: [], refused: [] }),
    checkReceipt: () => ({ ok: true }),
    network_mode: () => 'on',
    on_state: (status: PluginStatus) => states.push(status.state),
  });
  return channel;
};

beforeEach(() => {
  clock = createFakeClock();
  told = [];
  states = [];
  scripts = new Map();
  workers = [];
  outbox = { held_by: 'starting' };
});

const run = async (...script: Script[]): Promise<void> => {
  await make(...script).start();
  await settled();
};
const pass = async (ms: number): Promise<void> => {
  clock.advance(ms);
  await settled();
};

describe('a start', () => {
  it('parses events and sends only once the adapter has started', async () => {
    await run();
    expect(told).toEqual(['one is adopted', 'one boots', 'one start', 'events are parsed']);
    expect([channel.status().state, outbox.held_by]).toEqual(['running', null]);
  });

  it('that could not reach its platform serves all the same, and is repeated after 1, 2, 4 s, up to 5 min', async () => {
    await run({ start: () => threw('CONNECT_FAILED', 'no route') });
    expect(channel.status()).toMatchObject({ state: 'running', reason: 'start: no route', fix: expect.any(String) });
    const starts = (): number => told.filter((each) => each === 'one start').length;
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      const before = starts();
      await pass(seconds * 1000 - 1);
      expect(starts()).toBe(before);
      await pass(1);
      expect(starts()).toBe(before + 1);
    }
  });

  it('that sends what no realm of ours would send is quarantined at once', async () => {
    await run({});
    workers[0]?.die('malformed frame: a frame that is not JSON', true);
    await settled();
    expect(channel.status()).toMatchObject({ state: 'quarantined', reason: expect.stringContaining('malformed frame') });
    await pass(3_600_000);
    expect(told.filter((each) => each === 'one boots')).toHaveLength(1);
  });

  it('that fails is repeated after 1, 2, 4 and 8 s, and the fifth fault within ten minutes is the last', async () => {
    await run({ load: { ok: false, fault: { code: 'LOAD_FAILED', message: 'not today' } } });
    const boots = (): number => told.filter((each) => each === 'one boots').length;
    for (const seconds of [1, 2, 4, 8]) {
      expect(channel.status()).toMatchObject({ state: 'starting', reason: expect.stringContaining('not today') });
      const before = boots();
      await pass(seconds * 1000 - 10);
      expect(boots()).toBe(before);
      await pass(10);
      expect(boots()).toBe(before + 1);
    }
    expect(channel.status()).toMatchObject({
      state: 'quarantined',
      reason: expect.stringContaining('not today'),
      fix: expect.stringContaining('channel enable x_1'),
    });
    await pass(3_600_000);
    expect(boots()).toBe(5);
    expect(outbox.held_by).toBe('quarantined');

    scripts.set('one', [{}]);
    channel.retry();
    await settled();
    expect(channel.status()).toEqual({ state: 'running', reason: null, fix: null });
  });

  it('of a worker that dies while it runs is a fault like any other: events wait, deliveries are held', async () => {
    await run();
    workers[0]?.die('it stood still');
    await settled();
    expect(channel.status()).toMatchObject({ state: 'starting', reason: expect.stringContaining('it stood still') });
    expect([told.at(-1), outbox.held_by]).toEqual(['events wait', 'starting']);
    await pass(1000);
    expect(channel.status().state).toBe('running');
  });
});

describe('an account that the platform refuses', () => {
  it('is probed by health every 5 minutes, and released when it is well', async () => {
    let well = false;
    let refused = true;
    await run({
      start: () => (refused ? threw('UNAUTHORIZED', 'token revoked') : ok()),
      health: () => ok({ status: well ? 'ok' : 'degraded' }),
    });
    expect(channel.status()).toMatchObject({ state: 'degraded', reason: 'token revoked' });
    expect([told.at(-1), outbox.held_by]).toEqual(['events are parsed', 'degraded']);
    await pass(299_999);
    expect(told).not.toContain('one health');
    await pass(1);
    expect(told.filter((each) => each === 'one health')).toHaveLength(1);
    [well, refused] = [true, false];
    await pass(300_000);
    expect(channel.status()).toEqual({ state: 'running', reason: null, fix: null });
    expect(outbox.held_by).toBeNull();
    await pass(900_000);
    expect(told.filter((each) => each === 'one health')).toHaveLength(2);
  });
});

describe('the next generation', () => {
  it('starts beside the one that serves; then events and deliveries are its own, then the old one stops', async () => {
    await run();
    told.length = 0;
    expect(await channel.replace(next('two'))).toEqual({ ok: true });
    await settled();
    expect(told).toEqual(['two boots', 'two start', 'two is adopted', 'events are parsed', 'one stops']);
    expect(channel.status().state).toBe('running');
    expect(states).toEqual(['running']);
    expect(channel.digest()).toBe('two');
  });

  it.each<[string, Script, string]>([
    ['does not load', { load: { ok: false, fault: { code: 'LOAD_FAILED', message: 'a typo' } } }, 'LOAD_FAILED: a typo'],
    ['does not load in time', { load: { ok: false, fault: { code: 'BOOT_TIMEOUT', message: 'too slow' } } }, 'BOOT_TIMEOUT: too slow'],
    ['fails to start', { start: () => threw(undefined, 'no luck') }, 'start: no luck'],
    ['dies while it starts', { start: () => ({ ok: false, fault: 'died', message: 'gone' }) }, 'start: gone'],
  ])('that %s leaves the old one serving, costs it no fault, and is not tried again', async (_name, script, reason) => {
    await run();
    told.length = 0;
    expect(await channel.replace(next('two', script))).toEqual({ ok: false, reason });
    expect(channel.status()).toEqual({ state: 'running', reason: null, fix: null });
    await pass(3_600_000);
    expect(told.filter((each) => each === 'two boots')).toHaveLength(1);
    expect(told.filter((each) => each.startsWith('one'))).toEqual([]);
    expect(channel.digest()).toBe('one');
  });

  it('waits with the end of the old one until its open calls have ended', async () => {
    let receipt: (result: CallResult) => void = () => undefined;
    const sending = new Promise<CallResult>((resolve) => {
      receipt = resolve;
    });
    await make({ send: () => sending }).start();
    await settled();
    const sent = sender.send({ id: 'm1' } as never);
    await channel.replace(next('two'));
    await settled();
    expect(told).not.toContain('one stops');
    expect(told).not.toContain('two send');
    receipt(ok({ status: 'sent', platform_message_id: 'p1' }));
    await settled();
    expect(await sent).toMatchObject({ end: { receipt: { platform_message_id: 'p1' } } });
    expect(told).toContain('one stops');
  });

  it('does not wait for ever: after 15 s the old one stops with what is still open', async () => {
    await make({ send: () => never }).start();
    await settled();
    void sender.send({ id: 'm1' } as never);
    await channel.replace(next('two'));
    await pass(14_999);
    expect(told).not.toContain('one stops');
    await pass(1);
    expect(told).toContain('one stops');
  });

  it('takes the place of one that is quarantined or waits for its restart', async () => {
    await run({ load: { ok: false, fault: { code: 'LOAD_FAILED', message: 'not today' } } });
    expect(await channel.replace(next('two'))).toEqual({ ok: true });
    await settled();
    expect(channel.status().state).toBe('running');
    await pass(600_000);
    expect(told.filter((each) => each === 'one boots')).toHaveLength(1);
  });

  it('serves also when the old one died while it started', async () => {
    let started: (result: CallResult) => void = () => undefined;
    await run();
    const replaced = channel.replace(next('two', { start: () => new Promise((resolve) => (started = resolve)) }));
    await settled();
    workers[0]?.die('gone');
    await settled();
    expect(channel.status().state).toBe('starting');
    started(ok());
    expect(await replaced).toEqual({ ok: true });
    expect(channel.status()).toEqual({ state: 'running', reason: null, fix: null });
    await pass(60_000);
    expect(told.filter((each) => each === 'one boots')).toHaveLength(1);
  });

  it('that is called off while it starts is ended, and the old one serves', async () => {
    await run();
    const replaced = channel.replace(next('two', { start: () => never }));
    await settled();
    channel.cancel();
    expect(await replaced).toEqual({ ok: false, reason: 'it was called off before it ran' });
    expect(told).toContain('two is ended');
    expect([channel.digest(), channel.status().state]).toEqual(['one', 'running']);
  });
});

it('a channel that was stopped says nothing and starts nothing any more', async () => {
  await run({ start: () => threw('CONNECT_FAILED', 'no route') });
  await channel.stop();
  const before = [told.length, states.length];
  channel.account({ status: 'degraded', reason: 'x' });
  channel.retry();
  await pass(3_600_000);
  expect([told.length, states.length]).toEqual(before);
  expect(await channel.replace(next('two'))).toMatchObject({ ok: false });
});
