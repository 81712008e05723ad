import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideOperation,
  OPERATION_RULES,
  type OperationFacts,
  type OperationPolicy,
  type OperationRules,
} from '../../../host/policy/decide-operation.ts';

const FACTS: OperationFacts = {
  connector_known: true,
  network_mode: 'on',
  phase: 'execution',
  operation: 'fetch',
  effect: 'read',
  params_valid: true,
  hosts: [],
  egress: null,
  unavailable: null,
  recent_requests: 0,
  approved: false,
};
const POLICY: OperationPolicy = {
  enabled: true,
  allowed_operations: null,
  allowed_domains: [],
  blocked_domains: [],
  require_approval: null,
  rate_limit_per_minute: 20,
};
const RULES: OperationRules = { blocked_operations: ['execute'], external_fetch: { planning: false, execution: true } };
/** A write that nothing speaks against. */
const WRITE: Partial<OperationFacts> = { effect: 'write', operation: 'send', approved: true };
const WRITES: Partial<OperationPolicy> = { allowed_operations: ['send'] };

const decide = (
  facts: Partial<OperationFacts>,
  policy: Partial<OperationPolicy> | null = {},
  rules: Partial<OperationRules> = {},
): string => {
  const decision = decideOperation({ ...FACTS, ...facts }, policy === null ? null : { ...POLICY, ...policy }, { ...RULES, ...rules });
  return decision.effect === 'allow' ? 'allow' : `${decision.effect} ${decision.rule} ${decision.code}`;
};

describe('operations of connectors, by mode and phase', () => {
  const OPEN = { external_fetch: { planning: true, execution: true } };
  it.each([
    ['on', 'execution', 'read', 'allow'],
    ['on', 'execution', 'write', 'allow'],
    ['readonly', 'execution', 'read', 'allow'],
    ['readonly', 'execution', 'write', 'deny network_mode NETWORK_MODE_BLOCKED'],
    ['off', 'execution', 'read', 'deny network_mode NETWORK_MODE_BLOCKED'],
    ['off', 'execution', 'write', 'deny network_mode NETWORK_MODE_BLOCKED'],
    ['on', 'planning', 'read', 'deny phase OUTBOUND_FORBIDDEN_IN_PLANNING'],
    ['on', 'planning', 'write', 'deny phase OUTBOUND_FORBIDDEN_IN_PLANNING'],
    ['readonly', 'planning', 'read', 'deny phase OUTBOUND_FORBIDDEN_IN_PLANNING'],
    ['readonly', 'planning', 'write', 'deny network_mode NETWORK_MODE_BLOCKED'],
    ['off', 'planning', 'read', 'deny network_mode NETWORK_MODE_BLOCKED'],
    ['off', 'planning', 'write', 'deny network_mode NETWORK_MODE_BLOCKED'],
  ] as const)('%s and %s: a %s is %s', (network_mode, phase, effect, expected) => {
    const wanted = effect === 'write' ? WRITE : {};
    expect(decide({ ...wanted, network_mode, phase }, effect === 'write' ? WRITES : {})).toBe(expected);
  });

  it('lets reads through in planning when the policy opens it, and writes never', () => {
    expect(decide({ phase: 'planning' }, {}, OPEN)).toBe('allow');
    expect(decide({ ...WRITE, phase: 'planning' }, WRITES, OPEN)).toBe('deny phase OUTBOUND_FORBIDDEN_IN_PLANNING');
  });

  it('takes no other word for a mode that opens', () => {
    expect(decide({ network_mode: 'ON' as 'on' })).toBe('deny network_mode NETWORK_MODE_BLOCKED');
  });
});

describe('operations of connectors', () => {
  it.each<[string, string, Partial<OperationFacts>, (Partial<OperationPolicy> | null)?]>([
    ['a connector that nobody knows', 'deny connector CONNECTOR_NOT_FOUND', { connector_known: false }],
    ['an operation that it does not have', 'deny operation NOT_SUPPORTED', { effect: null }],
    ['parameters that do not fit', 'deny operation INVALID_PARAMS', { params_valid: false }],
    ['a connector without a policy', 'deny connector_policy NO_POLICY', {}, null],
    ['a disabled connector', 'deny connector_policy CONNECTOR_DISABLED', {}, { enabled: false }],
    ['a write that is not named', 'deny connector_policy OPERATION_NOT_ALLOWED', WRITE],
    ['a write that is named and approved', 'allow', WRITE, WRITES],
    ['a read that is not on the list', 'deny connector_policy OPERATION_NOT_ALLOWED', {}, { allowed_operations: ['search'] }],
    ['a blocked domain', 'deny connector_policy DOMAIN_BLOCKED', { hosts: ['a.example.com'] }, { blocked_domains: ['example.com'] }],
    ['a domain that only ends like a blocked one', 'allow', { hosts: ['badexample.com'] }, { blocked_domains: ['example.com'] }],
    [
      'a domain that is not allowed',
      'deny connector_policy DOMAIN_BLOCKED',
      { hosts: ['other.org'] },
      { allowed_domains: ['example.com'] },
    ],
    ['a domain that is allowed', 'allow', { hosts: ['a.example.com'] }, { allowed_domains: ['example.com'] }],
    [
      'a blocked word, also when the policy names it',
      'deny blocked_operations OPERATION_NOT_ALLOWED',
      { operation: 'EXECUTE' },
      { allowed_operations: ['EXECUTE'] },
    ],
    ['an address inside', 'deny egress SSRF_BLOCKED', { egress: 'SSRF_BLOCKED' }],
    ['a domain that no connector may reach', 'deny egress DOMAIN_BLOCKED', { egress: 'DOMAIN_BLOCKED' }],
    ['a connector that was disabled', 'deny connector_policy CONNECTOR_DISABLED', { unavailable: 'disabled' }],
    ['code that nobody has approved', 'deny connector_policy NO_POLICY', { unavailable: 'needs_approval' }],
    ['a connector that does not run', 'fail connector_state CONNECTOR_ERROR', { unavailable: 'other' }],
    ['the last request within the limit', 'allow', { recent_requests: 19 }],
    ['the first request over the limit', 'rate_limited rate_limit RATE_LIMITED', { recent_requests: 20 }],
    ['a write that nobody approved', 'requires_approval approval APPROVAL_REQUIRED', { ...WRITE, approved: false }, WRITES],
    ['a write that needs nobody', 'allow', { ...WRITE, approved: false }, { ...WRITES, require_approval: false }],
    ['a read that needs somebody', 'requires_approval approval APPROVAL_REQUIRED', {}, { require_approval: true }],
  ])('%s: %s', (_what, expected, facts, policy) => {
    expect(decide(facts, policy)).toBe(expected);
  });

  it('are judged in this order', () => {
    expect(OPERATION_RULES.map(({ id }) => id)).toEqual([
      'connector',
      'network_mode',
      'operation',
      'phase',
      'connector_policy',
      'blocked_operations',
      'egress',
      'connector_state',
      'rate_limit',
      'approval',
    ]);
  });

  it('never write in readonly, off or planning, and do nothing in off, whatever the policy says', () => {
    const facts = fc.record<OperationFacts>({
      connector_known: fc.boolean(),
      network_mode: fc.constantFrom('on', 'readonly', 'off'),
      phase: fc.constantFrom('planning', 'execution'),
      operation: fc.constantFrom('fetch', 'send', 'execute'),
      effect: fc.constantFrom('read', 'write', null),
      params_valid: fc.boolean(),
      hosts: fc.subarray(['example.com']),
      egress: fc.constantFrom('SSRF_BLOCKED', 'DOMAIN_BLOCKED', null),
      unavailable: fc.constantFrom('disabled', 'needs_approval', 'other', null),
      recent_requests: fc.nat(30),
      approved: fc.boolean(),
    });
    const policy = fc.option(
      fc.record<OperationPolicy>({
        enabled: fc.boolean(),
        allowed_operations: fc.option(fc.subarray(['fetch', 'send', 'execute'])),
        allowed_domains: fc.constant([]),
        blocked_domains: fc.constant([]),
        require_approval: fc.option(fc.boolean()),
        rate_limit_per_minute: fc.nat(40),
      }),
    );
    const rules = fc.record<OperationRules>({
      blocked_operations: fc.constant(['execute']),
      external_fetch: fc.record({ planning: fc.boolean(), execution: fc.boolean() }),
    });
    fc.assert(
      fc.property(facts, policy, rules, (known, stated, all) => {
        if (decideOperation(known, stated, all).effect !== 'allow') return;
        expect(known.network_mode).not.toBe('off');
        expect(known.operation).not.toBe('execute');
        expect(stated).not.toBeNull();
        expect([known.egress, known.unavailable]).toEqual([null, null]);
        if (known.effect === 'write') expect([known.network_mode, known.phase]).toEqual(['on', 'execution']);
      }),
      { numRuns: 1000 },
    );
  });
});
