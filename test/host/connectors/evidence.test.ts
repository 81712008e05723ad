/** What is kept of a request, for whom it is readable, and for how long. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectorContext } from '../../../host/connectors/code-context.ts';
import { type Bench, Items, OPERATIONS, openBench, WRITES } from './harness.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const session = (id: string, user_key: string | null) => ({
  id,
  session_key: id,
  channel_id: 'telegram',
  user_key,
  conversation_key: 'chat',
  thread_key: null,
  state: 'open' as const,
  active: 1 as const,
  held_by: null,
  created_at: 1,
  last_active_at: 1,
});

/** Ends what is under way by its limits. */
const passing = async <Value>(work: Promise<Value>, ms: number): Promise<Value> => {
  let over = false;
  const done = work.finally(() => (over = true));
  while (!over) {
    await new Promise(setImmediate);
    if (bench.home.clock.armed() > 0) bench.home.clock.advance(ms);
  }
  return done;
};

describe('every request leaves a row, an entry in the trail, and both name the request by its hash', () => {
  const cases: [string, string, string | null, () => unknown][] = [
    ['success', 'success', null, () => undefined],
    ['an error of the connector', 'failed', 'CONNECTOR_ERROR', () => (bench.items.answer = () => Promise.reject(new Error('no luck')))],
    ['an answer that is no JSON', 'failed', 'CONNECTOR_ERROR', () => (bench.items.answer = () => ({ n: 1n }))],
    ['an answer that is too long', 'failed', 'TOO_LARGE', () => (bench.items.answer = () => 'x'.repeat(5 * 1024 * 1024))],
    ['an answer too deep', 'failed', 'CONNECTOR_ERROR', () => (bench.items.answer = () => JSON.parse('['.repeat(5000) + ']'.repeat(5000)))],
    ['no answer', 'timeout', 'TIMEOUT', () => (bench.items.answer = () => new Promise(() => undefined))],
    [
      'a refusal of the parameters by the connector itself',
      'failed',
      'INVALID_PARAMS',
      () => (bench.items.answer = () => Promise.reject(Object.assign(new Error("'id' parameter is required"), { code: 'INVALID_PARAMS' }))),
    ],
    ['a limit', 'rate_limited', 'RATE_LIMITED', () => (bench.policy = { connectors: { items: { rate_limit_per_minute: 0 as never } } })],
    ['a mode', 'denied', 'NETWORK_MODE_BLOCKED', () => (bench.mode = 'off')],
    [
      'a needed approval',
      'requires_approval',
      'APPROVAL_REQUIRED',
      () => (bench.policy = { connectors: { items: { require_approval: true } } }),
    ],
  ];
  it.each(cases)('%s: %s', async (_what, status, code, prepare) => {
    prepare();
    const answer = await passing(bench.execute({ params: { note: 'mine' } }), 30_000);
    expect(answer).toMatchObject({ status, error: code === null ? null : { code } });
    const row = await bench.evidence(answer.evidence_id);
    expect(row).toMatchObject({
      state: status,
      code,
      connector_type: 'items',
      operation: 'fetch',
      effect: 'read',
      params: { note: 'mine' },
      caller: { kind: 'api', actor: 'token:t' },
      request_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      result_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      error: code === null ? null : { code },
    });
    const trail = await bench.home.ledger.auditOf([answer.evidence_id]);
    expect(trail.every(({ detail }) => JSON.parse(detail ?? '{}').request_hash === row.request_hash)).toBe(true);
    expect(trail.at(-1)?.decision).toBe(status);
    expect(trail.map(({ detail }) => detail).join()).not.toContain('mine');
  });

  it('stands as started before the connector is reached', async () => {
    let seen: string | undefined;
    bench.items.answer = async () => {
      seen = (await bench.rows())[0]?.state;
      return {};
    };
    await bench.execute({});
    expect(seen).toBe('started');
  });

  it('says who would have been asked only by a name that a connector could have', async () => {
    const asked = 'please fetch my secret letter';
    const answer = await bench.execute({ connector_type: asked });
    expect(await bench.rows()).toMatchObject([{ connector_id: null, request: expect.stringMatching(/^v1\./) }]);
    expect((await bench.evidence(answer.evidence_id)).connector_type).toBe(asked);
  });

  it.each<[string, unknown]>([
    ['a text', 'x'],
    ['a list', [1]],
    ['a BigInt', { n: 1n }],
    ['what nests too deep', JSON.parse(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)],
    [
      'what refers to itself',
      Object.assign(
        {},
        ...[0].map(() => {
          const o: Record<string, unknown> = {};
          o.o = o;
          return o;
        }),
      ),
    ],
  ])('parameters that are %s are no parameters', async (_what, params) => {
    expect(await bench.execute({ params: params as never })).toMatchObject({ status: 'failed', error: { code: 'INVALID_PARAMS' } });
    expect(bench.items.calls).toEqual([]);
  });

  it('of a refused request are kept up to 64 KiB, beyond that by their hash only', async () => {
    const note = 'x'.repeat(70_000);
    const answer = await bench.execute({ params: { note } });
    expect((await bench.evidence(answer.evidence_id)).params).toEqual({ note });
    bench.mode = 'off';
    const refused = await bench.execute({ params: { note } });
    const kept = await bench.evidence(refused.evidence_id);
    expect(kept).toMatchObject({ params: null, request_hash: (await bench.evidence(answer.evidence_id)).request_hash });
  });

  it('keeps what was asked, whatever becomes of the object that was handed in', async () => {
    const params = { note: 'first' };
    bench.items.answer = (_operation, given) => {
      given.note = 'by the connector';
      return null;
    };
    const asking = bench.execute({ params });
    params.note = 'second';
    const { evidence_id } = await asking;
    expect((await bench.evidence(evidence_id)).params).toEqual({ note: 'first' });
  });
});

describe('the content of evidence', () => {
  beforeEach(() => bench.home.ledger.commit({ sessions: [session('s1', 'ada'), session('s2', null)] }));

  it('lies under the key of the person whose session it is, and cannot be read without it', async () => {
    await bench.home.people.resolve('telegram', 'ada');
    const theirs = await bench.execute({ params: { note: 'of ada' }, session_id: 's1' });
    const ours = await bench.execute({ params: { note: 'of nobody' } });
    await bench.home.keyring.destroy(
      { channel_id: 'telegram', user_key: 'ada', conversation_keys: [] },
      { person_id: 'p', channel_id: 'telegram', user_hash: 'h', erased_at: 1, done: 1 },
    );
    expect(await bench.evidence(theirs.evidence_id)).toMatchObject({ params: null, data: null, state: 'success' });
    expect(await bench.evidence(ours.evidence_id)).toMatchObject({ params: { note: 'of nobody' } });
  });

  it("of a session that there is not, or that is not the caller's, is a wrong parameter", async () => {
    expect((await bench.execute({ session_id: 'none' })).error).toMatchObject({
      code: 'INVALID_PARAMS',
      message: 'There is no session none.',
    });
    const answer = await bench.execute({ session_id: 's2' }, { kind: 'agent', actor: 'agent:x', session_id: 's1' });
    expect(answer.error).toMatchObject({ code: 'INVALID_PARAMS', message: expect.stringContaining('not the one') });
    const own = await bench.execute({}, { kind: 'agent', actor: 'agent:x', session_id: 's1' });
    expect(await bench.evidence(own.evidence_id)).toMatchObject({ session_id: 's1', user_key: 'ada', channel_id: 'telegram' });
  });
});

describe('an Idempotency-Key', () => {
  it('answers the same request as before, and carries it out once', async () => {
    const first = await bench.execute({ params: { note: 'a' } }, {}, 'k');
    expect(await bench.execute({ params: { note: 'a' } }, {}, 'k')).toEqual(first);
    expect(bench.items.calls).toHaveLength(1);
    await expect(bench.execute({ params: { note: 'b' } }, {}, 'k')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect((await bench.execute({ params: { note: 'b' } }, { actor: 'token:other' }, 'k')).status).toBe('success');
  });

  it('holds for requests at the same time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => bench.execute({}, {}, 'k')));
    expect(new Set(answers.map(({ evidence_id }) => evidence_id)).size).toBe(1);
    expect(bench.items.calls).toHaveLength(1);
  });

  it('is not used up by a refusal that may be lifted, and asks for one approval only', async () => {
    bench.mode = 'off';
    expect((await bench.execute({}, {}, 'k')).status).toBe('denied');
    bench.mode = 'on';
    expect((await bench.execute({}, {}, 'k')).status).toBe('success');
    bench.policy = WRITES;
    const send = { operation: 'send', params: { text: 'x' } };
    const asked = await bench.execute(send, {}, 'w');
    expect((await bench.execute(send, {}, 'w')).error?.approval_id).toBe(asked.error?.approval_id);
    bench.mode = 'readonly';
    await bench.approvals.approve(asked.error?.approval_id as string, 'cli:op');
    bench.mode = 'on';
    const approval_id = asked.error?.approval_id as string;
    const carried = await bench.execute({ ...send, approval_id }, {}, 'w2');
    expect(carried.status).toBe('success');
    expect(await bench.execute({ ...send, approval_id }, {}, 'w2')).toEqual(carried);
    expect(bench.items.calls.filter(({ operation }) => operation === 'send')).toHaveLength(1);
  });
});

describe('a connector that is registered in code', () => {
  const register = (id: string, options: object = {}) => bench.communication.registerConnector(id, new Items(connectorContext()), options);

  it('has operations that write unless it says that they read', async () => {
    bench.policy = { blocked_operations: [], connectors: { quiet: { allowed_operations: ['fetch'] } } };
    register('quiet');
    expect((await bench.execute({ connector_type: 'quiet' })).status).toBe('requires_approval');
    register('said', { operations: { fetch: OPERATIONS.fetch } });
    expect((await bench.execute({ connector_type: 'said' })).status).toBe('success');
    expect((await bench.execute({ connector_type: 'said', operation: 'send' })).error?.code).toBe('OPERATION_NOT_ALLOWED');
  });

  it.each([
    ['items', {}, 'STATE_CONFLICT'],
    ['No', {}, 'INVALID_PARAMS'],
    ['good', { operations: { absent: OPERATIONS.fetch } }, 'INVALID_PARAMS'],
    ['good', { operations: { fetch: { effect: 'read', params: { $ref: '#' } } } }, 'INVALID_PARAMS'],
  ])('%s with %j: %s', (id, options, code) => {
    expect(() => register(id, options)).toThrow(expect.objectContaining({ code }));
  });

  it('is asked as the library when nobody else is named', async () => {
    const { evidence_id } = await bench.communication.execute({ connector_type: 'items', operation: 'fetch' });
    expect((await bench.evidence(evidence_id)).caller).toEqual({ kind: 'library', actor: 'library' });
  });

  it('that is disabled says so by its name', async () => {
    bench.communication.registerConnector('off', new Items(connectorContext({ enabled: false })), { operations: OPERATIONS });
    expect((await bench.execute({ connector_type: 'off' })).error).toMatchObject({
      code: 'CONNECTOR_DISABLED',
      message: 'Items is disabled',
    });
  });

  it('is told a wrong parameter in the words of the SDK', async () => {
    bench.policy = WRITES;
    expect((await bench.execute({ operation: 'send' })).error?.message).toBe("'text' parameter is required");
    expect((await bench.execute({ params: { other: 1 } })).error?.message).toBe("'other' is not a parameter of this operation");
  });
});
