/** The order of the checks: of all that speak against a request, the first one answers. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorContext } from '../../../host/connectors/code-context.ts';
import type { Connector } from '../../../host/connectors/connector.ts';
import type { ConnectorRequest } from '../../../host/connectors/request.ts';
import type { ConnectorPolicy } from '../../../schemas/security-policy.ts';
import { type Bench, Items, OPERATIONS, openBench, WRITES } from './harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** A write to a public address that nothing speaks against but the approval, which the policy waives. */
const REQUEST: ConnectorRequest = { connector_type: 'items', operation: 'execute', params: { url: 'https://api.example.com/' } };

let request: ConnectorRequest;
let entry: ConnectorPolicy | undefined;
beforeEach(() => {
  bench.mode = 'on';
  bench.phase = 'execution';
  bench.policy = { blocked_operations: [] };
  bench.items = new Items(connectorContext());
  bench.folders.clear();
  bench.build();
  bench.home.clock.advance(120_000);
  request = structuredClone(REQUEST);
  entry = {};
});

const ask = () => {
  bench.policy = { ...bench.policy, connectors: entry === undefined ? {} : { items: entry } };
  return bench.service.execute(request, { kind: 'api', actor: 'token:t' });
};

/** In the order of the checks: what makes each refuse, and what it answers. */
const STEPS: readonly { step: string; code: string; status: string; refuse(): void }[] = [
  { step: 'connector known', code: 'CONNECTOR_NOT_FOUND', status: 'failed', refuse: () => (request.connector_type = 'itms') },
  { step: 'network mode', code: 'NETWORK_MODE_BLOCKED', status: 'denied', refuse: () => (bench.mode = 'off') },
  {
    step: 'parameters',
    code: 'INVALID_PARAMS',
    status: 'failed',
    refuse: () => (request.params = { ...request.params, url: 7, other: request.params?.url }),
  },
  { step: 'phase', code: 'OUTBOUND_FORBIDDEN_IN_PLANNING', status: 'denied', refuse: () => (bench.phase = 'planning') },
  { step: 'policy', code: 'CONNECTOR_DISABLED', status: 'denied', refuse: () => (entry = { ...entry, enabled: false }) },
  {
    step: 'blocked operations',
    code: 'OPERATION_NOT_ALLOWED',
    status: 'denied',
    refuse: () => (bench.policy = { ...bench.policy, blocked_operations: ['EXECUTE'] }),
  },
  {
    step: 'egress',
    code: 'SSRF_BLOCKED',
    status: 'denied',
    refuse: () =>
      (request.params = { ...request.params, ...(typeof request.params?.url === 'string' ? { url: 'http://127.0.0.1/' } : {}) }),
  },
  { step: 'state of the connector', code: 'CONNECTOR_ERROR', status: 'failed', refuse: () => (bench.items.on = false) },
  { step: 'rate limit', code: 'RATE_LIMITED', status: 'rate_limited', refuse: () => (entry = { ...entry, rate_limit_per_minute: 1 }) },
  {
    step: 'approval',
    code: 'APPROVAL_REQUIRED',
    status: 'requires_approval',
    refuse: () => (entry = { ...entry, require_approval: true }),
  },
];

/** One request before, so that a limit of one is reached. */
const useUp = async () => {
  await bench.service.execute(REQUEST, { kind: 'api', actor: 'token:t' });
  bench.items.calls = [];
};

describe('the order of the checks', () => {
  it('lets a request through that nothing speaks against', async () => {
    expect(await ask()).toMatchObject({ status: 'success', error: null, data: { got: { url: 'https://api.example.com/' } } });
    expect(bench.items.calls).toHaveLength(1);
  });

  it.each(STEPS)('$step refuses alone: $code', async ({ code, status, refuse }) => {
    await useUp();
    refuse();
    const answer = await ask();
    expect(answer).toMatchObject({ status, data: null, provenance: null, error: { code } });
    expect(answer.error?.message).toMatch(/\S/);
    expect(answer.error?.hint).toMatch(/\S/);
    expect(bench.items.calls).toEqual([]);
    expect(await bench.evidence(answer.evidence_id)).toMatchObject({ state: status, code, request_id: answer.request_id });
    expect(await bench.trail(answer.evidence_id)).toEqual([`connector.requested ${status}`]);
  });

  const PAIRS = STEPS.flatMap((first, index) => STEPS.slice(index + 1).map((second) => ({ first, second })));
  it.each(PAIRS)('$first.step before $second.step', async ({ first, second }) => {
    await useUp();
    // The later one first: what the earlier one changes counts last.
    second.refuse();
    first.refuse();
    expect((await ask()).error?.code).toBe(first.code);
    expect(bench.items.calls).toEqual([]);
  });

  it('within the policy: enabled, then the operation, then the domain', async () => {
    entry = { enabled: false, allowed_operations: [], blocked_domains: ['example.com'] };
    expect((await ask()).error?.code).toBe('CONNECTOR_DISABLED');
    entry = { allowed_operations: [], blocked_domains: ['example.com'] };
    expect((await ask()).error?.code).toBe('OPERATION_NOT_ALLOWED');
    entry = { blocked_domains: ['example.com'] };
    expect((await ask()).error?.code).toBe('DOMAIN_BLOCKED');
    entry = { allowed_domains: ['example.org'] };
    expect((await ask()).error?.code).toBe('DOMAIN_BLOCKED');
    entry = { allowed_domains: ['example.com'] };
    expect((await ask()).status).toBe('success');
  });

  it('an operation that does not exist before its parameters', async () => {
    request.operation = 'feth';
    request.params = { other: 1 };
    expect((await ask()).error).toEqual({
      code: 'NOT_SUPPORTED',
      message: "Operation 'feth' not supported",
      hint: 'Did you mean fetch?',
    });
  });

  it('names the nearest connector', async () => {
    request.connector_type = 'itms';
    expect((await ask()).error).toEqual({
      code: 'CONNECTOR_NOT_FOUND',
      message: 'No connector registered for itms',
      hint: 'Did you mean items?',
    });
  });
});

describe('addresses', () => {
  it.each([
    ['http://127.0.0.1:1/', 'SSRF_BLOCKED'],
    ['http://2130706433/', 'SSRF_BLOCKED'],
    ['http://[::1]/', 'SSRF_BLOCKED'],
    ['http://[::ffff:10.0.0.1]/', 'SSRF_BLOCKED'],
    ['http://169.254.169.254/latest/meta-data', 'SSRF_BLOCKED'],
    ['http://localhost/', 'SSRF_BLOCKED'],
    ['http://db.localhost/', 'SSRF_BLOCKED'],
    ['http://intranet/', 'SSRF_BLOCKED'],
    ['ftp://example.com/', 'INVALID_PARAMS'],
    ['javascript:alert(1)', 'INVALID_PARAMS'],
    ['https://user:secret@example.com/', 'INVALID_PARAMS'],
    ['no address', 'INVALID_PARAMS'],
    ['https://blocked.example/', 'DOMAIN_BLOCKED'],
  ])('%s: %s', async (url, code) => {
    bench.policy = { egress: { blocked_domains: ['blocked.example'] }, blocked_operations: [] };
    request.params = { url };
    const answer = await ask();
    expect(answer.error?.code).toBe(code);
    expect(answer.error?.message).not.toMatch(/127\.|169\.254|10\.0|::1/);
    expect(bench.items.calls).toEqual([]);
  });

  it('inside, when the operator named exactly this host and port', async () => {
    bench.policy = { egress: { allow_private: ['127.0.0.1:9999'] }, blocked_operations: [] };
    request.params = { url: 'http://127.0.0.1:9999/x' };
    expect((await ask()).status).toBe('success');
    request.params = { url: 'http://127.0.0.1:9998/x' };
    expect((await ask()).error?.code).toBe('SSRF_BLOCKED');
  });
});

describe('a policy', () => {
  const folder = (fields: Partial<Connector>): Connector => ({
    id: 'items',
    name: 'Items',
    origin: 'folder',
    operations: OPERATIONS,
    approved: false,
    unavailable: () => null,
    problems: () => [],
    call: async () => ({ ok: true, data: 'from the folder' }),
    ...fields,
  });
  const answers = async () => {
    const { status, error } = await ask();
    return error?.code ?? status;
  };

  it('has no third-party connector without an entry until somebody approves it; what is built in and what is registered in code have their defaults', async () => {
    entry = undefined;
    expect(await answers()).toBe('success');
    bench.folders.set('items', folder({}));
    expect(await answers()).toBe('NO_POLICY');
    bench.folders.set('items', folder({ approved: true }));
    expect(await answers()).toBe('success');
    bench.folders.set('items', folder({ origin: 'builtin' }));
    expect(await answers()).toBe('success');
    entry = {};
    bench.folders.set('items', folder({}));
    expect(await answers()).toBe('success');
    const unavailable = () => ({ state: 'needs_approval', reason: 'Nobody has read it.', fix: 'Read it.' }) as const;
    bench.folders.set('items', folder({ unavailable }));
    expect((await ask()).error).toEqual({ code: 'NO_POLICY', message: 'Nobody has read it.', hint: 'Read it.' });
  });

  it('is the one in force at the moment', async () => {
    expect(await answers()).toBe('success');
    entry = { enabled: false };
    expect(await answers()).toBe('CONNECTOR_DISABLED');
  });

  it('counts each caller and each connector by themselves, within the last minute', async () => {
    bench.communication.registerConnector('others', new Items(connectorContext()), { operations: OPERATIONS });
    entry = { rate_limit_per_minute: 2 };
    const by = async (actor: string) => {
      await ask();
      return (await bench.service.execute(request, { kind: 'api', actor })).status;
    };
    expect(await by('token:other')).toBe('success');
    expect(await by('token:other')).toBe('success');
    expect(await by('token:other')).toBe('rate_limited');
    expect((await bench.service.execute({ ...request, connector_type: 'others' }, { kind: 'api', actor: 'token:t' })).status).toBe(
      'success',
    );
    bench.home.clock.advance(30_000);
    expect((await ask()).error).toMatchObject({ code: 'RATE_LIMITED', retry_after_ms: 30_000 });
    bench.home.clock.advance(30_000);
    expect((await ask()).status).toBe('success');
  });

  it('lets no two requests take the last place, and counts on after a restart', async () => {
    entry = { rate_limit_per_minute: 3 };
    const statuses = (await Promise.all([ask(), ask(), ask(), ask(), ask()])).map(({ status }) => status).sort();
    expect(statuses).toEqual(['rate_limited', 'rate_limited', 'success', 'success', 'success']);
    bench.build();
    await bench.service.remember();
    expect((await ask()).status).toBe('rate_limited');
  });
});

it('in off nothing reaches a connector, and in readonly and planning no write, whatever is asked and the policy says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        mode: fc.constantFrom('on' as const, 'readonly' as const, 'off' as const),
        phase: fc.constantFrom('planning' as const, 'execution' as const),
        operation: fc.constantFrom('fetch', 'send', 'execute', 'none'),
        planning_fetch: fc.boolean(),
        require_approval: fc.boolean(),
        allowed: fc.boolean(),
        approve: fc.boolean(),
      }),
      async ({ mode, phase, operation, planning_fetch, require_approval, allowed, approve }) => {
        bench.home.clock.advance(60_000);
        bench.items.calls = [];
        bench.mode = 'on';
        bench.phase = 'execution';
        bench.policy = {
          blocked_operations: [],
          phase_gates: { planning: { external_fetch_allowed: planning_fetch } },
          connectors: { items: { ...(allowed ? WRITES.connectors?.items : {}), require_approval, rate_limit_per_minute: 100 } },
        };
        const params = operation === 'send' ? { text: 'x' } : {};
        const asked = approve ? await bench.execute({ operation, params }) : null;
        bench.items.calls = [];
        bench.mode = mode;
        bench.phase = phase;
        const approval_id = asked?.error?.approval_id ?? null;
        if (approval_id !== null) await bench.approvals.approve(approval_id, 'cli:op');
        await bench.execute({ operation, params, approval_id });
        const wrote = bench.items.calls.filter((call) => call.operation === 'send');
        if (mode === 'off') expect(bench.items.calls).toEqual([]);
        if (mode !== 'on' || phase === 'planning') expect(wrote).toEqual([]);
        if (phase === 'planning' && !planning_fetch) expect(bench.items.calls).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

it('a mode that closes while the evidence is written is heeded before the connector is reached', async () => {
  bench.probe = (point) => {
    if (point === 'request.started') bench.mode = 'off';
  };
  const answer = await ask();
  bench.probe = undefined;
  expect(answer).toMatchObject({ status: 'denied', error: { code: 'NETWORK_MODE_BLOCKED' } });
  expect(bench.items.calls).toEqual([]);
  expect(await bench.trail(answer.evidence_id)).toEqual(['connector.requested started', 'connector.finished denied']);
});
