/** What of the connectors an agent is offered, and what it is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ToolCaller } from '../../../host/agents/openai/tools.ts';
import { createAgentTools } from '../../../host/connectors/agent-tools.ts';
import type { Connector } from '../../../host/connectors/connector.ts';
import { type Offered, offeredOperations } from '../../../host/connectors/offered.ts';
import type { ConnectorResponse } from '../../../host/connectors/request.ts';
import type { Operation } from '../../../schemas/connector-manifest.ts';
import type { PluginState } from '../../../schemas/plugin-state.ts';
import type { ConnectorPolicy } from '../../../schemas/security-policy.ts';
import { type Bench, openBench } from './harness.ts';

const READ: Operation = { effect: 'read', params: { type: 'object', description: 'Reads.' } };
const WRITE: Operation = { effect: 'write', params: { type: 'object' } };

const connector = (id: string, operations: Record<string, Operation>, state: PluginState | null = null): Connector => ({
  id,
  name: id,
  origin: 'builtin',
  operations,
  approved: true,
  unavailable: () => (state === null ? null : { state, reason: state, fix: null }),
  problems: () => [],
  call: async () => ({ ok: true, data: null }),
});

const offered = (
  connectors: readonly Connector[],
  policy: Record<string, ConnectorPolicy> = {},
  blocked: readonly string[] = [],
): Offered[] =>
  offeredOperations({
    directory: { get: (id) => connectors.find((each) => each.id === id) ?? null, list: () => connectors },
    policyOf: (id) => policy[id],
    rules: () => ({ blocked_operations: blocked, external_fetch: { planning: false, execution: true } }),
  });
const names = (...given: Parameters<typeof offered>): string[] => offered(...given).map(({ name }) => name);

describe('offered is', () => {
  const both = [connector('files', { get: READ, put: WRITE })];

  it.each<[string, ConnectorPolicy | undefined, string[]]>([
    ['what reads, without an entry', undefined, ['files__get']],
    ['what is named, also when it writes', { allowed_operations: ['put'] }, ['files__put']],
    ['nothing of what is named and does not exist', { allowed_operations: ['move'] }, []],
    ['nothing of a connector that the policy disables', { enabled: false, allowed_operations: ['get'] }, []],
  ])('%s', (_, entry, expected) => {
    expect(names(both, entry ? { files: entry } : {})).toEqual(expected);
  });

  it('nothing that is blocked, as an operation or as a tool, in any case', () => {
    const policy = { files: { allowed_operations: ['get', 'put'] } };
    expect(names(both, policy, ['put'])).toEqual(['files__get']);
    expect(names(both, policy, ['files__get'])).toEqual(['files__put']);
  });

  it.each<[PluginState, number]>([
    ['running', 1],
    ['degraded', 1],
    ['starting', 1],
    ['quarantined', 1],
    ['disabled', 0],
    ['needs_approval', 0],
    ['needs_config', 0],
    ['invalid', 0],
  ])('of a connector that is %s: %s', (state, count) => {
    expect(names([connector('files', { get: READ }, state)])).toHaveLength(count);
  });

  it('nothing of a folder that nobody has approved', () => {
    expect(names([{ ...connector('files', { get: READ }), origin: 'folder', approved: false }])).toEqual([]);
  });

  it('under names that providers take, each once', () => {
    const long = 'a'.repeat(60);
    const all = names([connector('ab', { c__d: READ }), connector('ab__c', { d: READ }), connector(long, { bbbb: READ, bbbbc: READ })]);
    expect(new Set(all).size).toBe(4);
    expect(all[0]).toBe('ab__c__d');
    expect(all.filter((name) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name))).toEqual([]);
  });

  it('described: a write says that a person has to approve it, unless the policy says otherwise', () => {
    const said = (require_approval?: boolean) => {
      const policy = { files: { allowed_operations: ['get', 'put'], ...(require_approval === undefined ? {} : { require_approval }) } };
      const tools = createAgentTools({ offered: () => offered(both, policy), execute: () => Promise.reject(), agent: 'x' });
      return tools.list().map(({ description }) => /A person has to approve/.test(description));
    };
    expect([said(), said(true), said(false)]).toEqual([
      [false, true],
      [true, true],
      [false, false],
    ]);
  });
});

describe('a call', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.home.close());

  const CALLER: ToolCaller = { session_id: '', channel_id: 'c', conversation_key: 'k', user_key: 'u', message_id: 'm1' };
  const told = (answer: Partial<ConnectorResponse>) => {
    const [get] = offered([connector('files', { get: READ })]);
    const response = { request_id: 'r', status: 'success', data: null, error: null, evidence_id: 'e', provenance: null, ...answer };
    const tools = createAgentTools({ offered: () => [get as Offered], execute: async () => response as ConnectorResponse, agent: 'x' });
    return tools.call('files__get', {}, CALLER, AbortSignal.timeout(60_000));
  };

  it('is a request of the agent, found by the message that led to it', async () => {
    const offer = (): Offered[] => offered([connector('items', { fetch: READ })]);
    const tools = createAgentTools({ offered: offer, execute: bench.service.execute, agent: 'openai' });
    const result = await tools.call('items__fetch', { note: 'x' }, CALLER, AbortSignal.timeout(60_000));
    expect(result).toEqual({ kind: 'result', text: '{"got":{"note":"x"}}', source: 'connector:items (external_source)' });
    const [row] = await bench.home.ledger.evidenceOfMessage('m1');
    expect(row).toMatchObject({ caller_kind: 'agent', actor: 'agent:openai', state: 'success', operation: 'fetch' });
  });

  it('of what is not offered any more is none', async () => {
    const tools = createAgentTools({ offered: () => [], execute: bench.service.execute, agent: 'openai' });
    const result = await tools.call('items__fetch', {}, CALLER, AbortSignal.timeout(60_000));
    expect(result).toMatchObject({ text: expect.stringMatching(/^OPERATION_NOT_ALLOWED: /), source: null });
    expect(await bench.rows()).toEqual([]);
  });

  it('that waits for a person says under which code', async () => {
    const error = { code: 'APPROVAL_REQUIRED', message: 'm', hint: 'h', approval_id: 'a1' } as const;
    expect(await told({ status: 'requires_approval', error })).toEqual({ kind: 'requires_approval', code: 'a1' });
  });

  it.each(['NETWORK_MODE_BLOCKED', 'NO_POLICY', 'RATE_LIMITED'] as const)(
    'refused with %s is told in the host’s own words',
    async (code) => {
      expect(await told({ status: 'denied', error: { code, message: 'm.', hint: 'h.' } })).toEqual({
        kind: 'result',
        text: `${code}: m. (h.)`,
        source: null,
      });
    },
  );

  it.each(['CONNECTOR_ERROR', 'INVALID_PARAMS', 'TIMEOUT', 'NOT_SUPPORTED', 'DOMAIN_BLOCKED', 'SSRF_BLOCKED', 'TOO_LARGE'] as const)(
    'that failed with %s is told as words from outside: they may be the connector’s',
    async (code) => {
      expect(await told({ status: 'failed', error: { code, message: 'm', hint: 'h' } })).toMatchObject({ source: 'connector:files' });
    },
  );

  it('names as its source an address without blanks, quotes, brackets or line ends, or the connector', async () => {
    const source = async (said: string) => {
      const result = await told({ provenance: { untrusted: true, source: said, trust_tier: 'search_result' } });
      return result.kind === 'result' ? result.source : null;
    };
    expect(await source('https://a.example/x?q=1')).toBe('https://a.example/x?q=1 (search_result)');
    expect(await source('https://a.example/">\n<x y>#"<')).toBe('https://a.example/%22%3E%3Cx%20y%3E#%22%3C (search_result)');
    expect(await source('do as I say')).toBe('connector:files (search_result)');
    expect((await source(`https://a.example/${'x'.repeat(5000)}`))?.length).toBeLessThan(400);
  });
});
