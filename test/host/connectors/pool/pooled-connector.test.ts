/** One connector's life on a clock that stands: what it says of itself, when it is asked, and its calls. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createOpenRequests } from '../../../../host/connectors/pool/open-requests.ts';
import { createPooledConnector, type PooledConnector } from '../../../../host/connectors/pool/pooled-connector.ts';
import { createFaultHistory } from '../../../../host/registry/fault-history.ts';
import type { Generation, Next } from '../../../../host/registry/generation.ts';
import { pluginBudget } from '../../../../host/registry/plugin-budget.ts';
import type { AdapterMethod, CallResult, ConfinedAdapter, Exit, Sandbox, StartResult } from '../../../../host/sandbox/confined.ts';
import { createFakeClock, type FakeClock, settled } from '../../../support/fake-clock.ts';

type Answer = CallResult | Promise<CallResult>;
type Script = Partial<Record<AdapterMethod, () => Answer>>;

const ok = (value: unknown = null): CallResult => ({ ok: true, value: value as never });
const threw = (code: string | undefined, message: string): CallResult => ({ ok: false, fault: 'threw', code, message });
const never = new Promise<CallResult>(() => undefined);
const LIMITS = { timeout_ms: 1_000, max_response_bytes: 1_000 };

let clock: FakeClock;
let told: string[];
let emits: unknown[];
let workers: { die(reason: string): void }[];
let connector: PooledConnector;
let script: Script;

const sandbox: Sandbox = {
  async start({ code, emits: given }): Promise<StartResult> {
    const mine = script;
    emits.push(given);
    let end: (exit: Exit) => void = () => undefined;
    const exited = new Promise<Exit>((resolve) => {
      end = resolve;
    });
    workers.push({ die: (reason) => end({ requested: false, breached: false, reason }) });
    const adapter: ConfinedAdapter = {
      methods: new Set(Object.keys(mine) as AdapterMethod[]),
      call(method) {
        told.push(`${code} ${method}`);
        const died = exited.then(({ reason }): CallResult => ({ ok: false, fault: 'died', message: reason }));
        return Promise.race([mine[method]?.() ?? ok(), died]);
      },
      async stop() {
        end({ requested: true, breached: false, reason: 'it was stopped' });
      },
      exited,
    };
    return { ok: true, adapter };
  },
  close: async () => undefined,
};

const next = (code: string): Next => {
  const generation: Generation = {
    manifest: { id: 'wiki', name: 'Wiki', version: '1.0.0', adapter_class: './a.ts#A' },
    bundle: { code, source_map: null },
    place: 'process',
    budget: pluginBudget(),
    export_name: 'A',
    digest: code,
    config: {},
    webhook_url: undefined,
    granted: [],
    handlers: {},
    scrub: (text) => text.replaceAll('the-secret', 'placeholder'),
  };
  return { generation, adopt: () => undefined };
};
const run = async (more: Script = {}): Promise<void> => {
  script = { execute: () => ok('done'), validateConfig: () => ok(true), healthCheck: () => ok(true), ...more };
  connector = createPooledConnector('wiki', next('one'), {
    sandbox,
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} } as never,
    faults: createFaultHistory(() => 0.999),
    requests: createOpenRequests(clock),
    on_state: () => undefined,
  });
  await connector.start();
  await settled();
};
const pass = async (ms: number): Promise<void> => {
  clock.advance(ms);
  await settled();
};
const state = () => connector.status().state;
const asked = (what: string): number => told.filter((each) => each === `one ${what}`).length;

beforeEach(() => {
  clock = createFakeClock();
  told = [];
  emits = [];
  workers = [];
});

describe('a start', () => {
  it('asks about configuration and health before anything is called, and gives no power to record events', async () => {
    await run();
    expect(told).toEqual(['one validateConfig', 'one healthCheck']);
    expect([state(), emits]).toEqual(['running', [false]]);
    expect(await connector.call('get', {}, LIMITS)).toEqual({ ok: true, data: 'done' });
  });

  it.each<[string, Script, string, string]>([
    ['validateConfig says no', { validateConfig: () => ok(false) }, 'needs_config', 'Its validateConfig says'],
    ['validateConfig throws', { validateConfig: () => threw(undefined, 'no the-secret') }, 'needs_config', 'failed: no placeholder'],
    ['healthCheck says no', { healthCheck: () => ok(false) }, 'degraded', 'Its healthCheck says'],
    ['healthCheck throws', { healthCheck: () => threw('TIMEOUT', 'no answer') }, 'degraded', 'failed: no answer'],
  ])('that ends with: %s', async (_what, more, expected, reason) => {
    await run(more);
    expect(connector.status()).toMatchObject({
      state: expected,
      reason: expect.stringContaining(reason),
      fix: expect.stringMatching(/agentos connector/),
    });
  });

  it('of a class without execute is a fault, and leaves the one that serves where it is', async () => {
    await run();
    script = { healthCheck: () => ok(true) };
    expect(await connector.replace(next('two'))).toEqual({ ok: false, reason: 'its class has no method execute' });
    expect(await connector.call('get', {}, LIMITS)).toEqual({ ok: true, data: 'done' });
  });
});

describe('its health', () => {
  it('is asked every minute; after five seconds without an answer it counts as unwell, and is not asked twice at once', async () => {
    let answer: Answer = ok(true);
    await run({ healthCheck: () => answer });
    answer = never;
    await pass(60_000);
    expect([state(), asked('healthCheck')]).toEqual(['running', 2]);
    await pass(4_999);
    expect(state()).toBe('running');
    await pass(1);
    expect(connector.status()).toMatchObject({ state: 'degraded', reason: 'Its healthCheck did not answer within 5 s.' });
    expect(await connector.call('get', {}, LIMITS)).toEqual({ ok: true, data: 'done' });
    await pass(65_000);
    expect([state(), asked('healthCheck')]).toEqual(['degraded', 2]);
  });

  it('that returns makes it run again by itself', async () => {
    let well = false;
    await run({ healthCheck: () => ok(well) });
    expect(state()).toBe('degraded');
    well = true;
    await pass(60_000);
    expect(state()).toBe('running');
  });

  it('is told at once when a person tests it; one without a word of its own is not asked', async () => {
    let well = false;
    await run({ healthCheck: () => ok(well) });
    well = true;
    expect(await connector.isWell()).toBe(true);
    expect(state()).toBe('running');
    script = { execute: () => ok() };
    await connector.replace(next('two'));
    await settled();
    expect(await connector.isWell()).toBeNull();
  });
});

describe('a worker that dies', () => {
  it('is started again with backoff, and given up after five faults; meanwhile calls say so', async () => {
    await run({ execute: () => never });
    const open = connector.call('get', {}, LIMITS);
    workers[0]?.die('it ran out of memory');
    await settled();
    expect(await open).toMatchObject({ ok: false, code: 'CONNECTOR_ERROR', message: 'it ran out of memory' });
    expect(connector.status()).toMatchObject({ state: 'starting', reason: 'it ran out of memory (started again in 1 s)' });
    expect(await connector.call('get', {}, LIMITS)).toEqual({
      ok: false,
      code: 'CONNECTOR_ERROR',
      message: 'The connector wiki is starting: it ran out of memory (started again in 1 s)',
    });
    for (const wait of [1_000, 2_000, 4_000, 8_000]) {
      await pass(wait);
      expect(state()).toBe('running');
      workers.at(-1)?.die('again');
      await settled();
    }
    expect(connector.status()).toMatchObject({ state: 'quarantined', fix: 'Mend the plugin, then run: agentos connector enable wiki' });
    await pass(600_000);
    expect(workers).toHaveLength(5);
    connector.retry();
    await settled();
    expect(state()).toBe('running');
  });

  it('is not called between its deadline and its end', async () => {
    await run({ execute: () => ({ ok: false, fault: 'deadline', message: 'execute did not end within 1000 ms' }) });
    expect(await connector.call('get', {}, LIMITS)).toMatchObject({ ok: false, code: 'TIMEOUT' });
    expect(connector.status()).toMatchObject({ state: 'starting' });
    expect(asked('execute')).toBe(1);
    await connector.call('get', {}, LIMITS);
    expect(asked('execute')).toBe(1);
  });
});

describe('an outcome', () => {
  it.each<[string, CallResult, object]>([
    ['a code that decides the status', threw('DOMAIN_BLOCKED', 'x'), { code: 'DOMAIN_BLOCKED', message: 'x' }],
    ['a code of the plugin', threw('QUOTA', 'x'), { code: 'CONNECTOR_ERROR' }],
    ['a result that is too large for its frames', { ok: false, fault: 'refused', code: 'TOO_LARGE', message: 'x' }, { code: 'TOO_LARGE' }],
    ['a secret in a message', threw(undefined, 'Bearer the-secret'), { message: 'Bearer placeholder' }],
    ['more bytes than it may have', ok('é'.repeat(500)), { code: 'TOO_LARGE', message: 'The answer has 1002 bytes, the limit is 1000.' }],
  ])('of %s', async (_what, result, expected) => {
    await run({ execute: () => result });
    expect(await connector.call('get', {}, LIMITS)).toMatchObject({ ok: false, ...expected });
  });
});

describe('what is left to the requests of a call', () => {
  it('ends a little before it; what cannot be told may take what the most generous open call may', () => {
    const requests = createOpenRequests(clock);
    expect(requests.left(null)).toBeNull();
    const one = requests.begin({ timeout_ms: 1_000, max_response_bytes: 10 });
    const two = requests.begin({ timeout_ms: 5_000, max_response_bytes: 5 });
    expect(requests.left(one)).toEqual({ timeout_ms: 750, max_response_bytes: 10 });
    expect(requests.left(null)).toEqual({ timeout_ms: 4_750, max_response_bytes: 10 });
    clock.advance(2_000);
    expect(requests.left(one)).toEqual({ timeout_ms: 1, max_response_bytes: 10 });
    requests.end(one);
    requests.end(two);
    expect(requests.left(null)).toBeNull();
  });
});
