/** The routes of modes, approvals, pairings and the policy, for every role, on a real ledger. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../host/admin/access/roles.ts';
import { createApp } from '../../../host/admin/app.ts';
import { createModeOperations, modeExecutor } from '../../../host/admin/mode-operations.ts';
import type { PolicyOperations } from '../../../host/admin/policy-operations.ts';
import { createRoutes, type RouteDeps } from '../../../host/admin/routes.ts';
import { type Approvals, createApprovals } from '../../../host/approvals/approvals.ts';
import { createPairings, type Pairings } from '../../../host/approvals/pairings.ts';
import { createModeSwitch, type ModeSwitch } from '../../../host/policy/mode-switch.ts';
import { EXECUTION_PHASES, NETWORK_MODES, type NetworkMode } from '../../../host/policy/modes.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
let app: FastifyInstance;
let mode: ModeSwitch<NetworkMode>;
let approvals: Approvals;
let pairings: Pairings;
let may_ask: boolean;
let allowed: readonly NetworkMode[];
let replaced: unknown[];

beforeEach(async () => {
  home = await openTestLedger();
  may_ask = true;
  allowed = NETWORK_MODES;
  replaced = [];
  const start = { updated_at: home.clock.now(), updated_by: 'host' };
  const shared = { ledger: home.ledger, now: () => home.clock.now(), on_change: () => undefined };
  mode = createModeSwitch<NetworkMode>(
    { ...shared, name: 'network_mode', values: NETWORK_MODES, allowed: () => allowed },
    { ...start, value: 'on' },
  );
  const phase = createModeSwitch(
    { ...shared, name: 'execution_phase', values: ['execution', 'planning'] as const, allowed: () => EXECUTION_PHASES },
    { ...start, value: 'execution' },
  );
  approvals = createApprovals({
    ledger: home.ledger,
    clock: home.clock,
    newId: home.newId,
    executors: { network_mode: modeExecutor(mode), execution_phase: modeExecutor(phase) },
  });
  pairings = await createPairings({ ledger: home.ledger, clock: home.clock, random: randomBytes });
  const modes = createModeOperations({
    network_mode: mode,
    execution_phase: phase,
    operators_may_ask: () => may_ask,
    ask: (kind, request, actor) => approvals.request(kind, request, actor),
  });
  const policy = {
    current: () => ({}),
    replace: async (value: unknown) => {
      replaced.push(value);
      return {};
    },
  } as unknown as PolicyOperations;
  app = createApp({
    routes: createRoutes({ governance: { modes, approvals, pairings, policy } } as RouteDeps),
    authenticate({ headers }) {
      const role = headers['x-role'] as Role;
      return { actor: `token:${role}`, role, by: 'token', credential: `token:${role}` };
    },
    fromCommandLine: () => false,
    public_url: null,
    trusted_proxies: [],
    on_error: (error) => expect.unreachable(String(error)),
    on_closing: () => undefined,
    mount: () => undefined,
  });
  await app.ready();
});
afterEach(async () => {
  await app.close();
  await home.close();
});

const ask = async (role: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
  const answer = await app.inject({ method, url, headers: { host: 'localhost', 'x-role': role }, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
};
const setMode = (role: string, to: string) => ask(role, 'POST', '/api/network-mode', { mode: to, reason: 'Maintenance window' });

describe('the mode over HTTP', () => {
  it("answers in the guide's words", async () => {
    expect(await ask('viewer', 'GET', '/api/network-mode')).toEqual({
      status: 200,
      body: { mode: 'on', updated_at: '2026-01-01T00:00:00.000Z', updated_by: 'host' },
    });
    home.clock.advance(1000);
    expect(await setMode('admin', 'readonly')).toEqual({
      status: 200,
      body: { previous_mode: 'on', new_mode: 'readonly', changed: true, timestamp: '2026-01-01T00:00:01.000Z' },
    });
    expect((await ask('viewer', 'GET', '/api/network-mode')).body).toMatchObject({ mode: 'readonly', updated_by: 'token:admin' });
    expect((await setMode('admin', 'readonly')).body).toMatchObject({ changed: false, timestamp: '2026-01-01T00:00:01.000Z' });
  });

  it('of the phase is the same', async () => {
    expect((await ask('viewer', 'GET', '/api/phase')).body).toMatchObject({ phase: 'execution' });
    expect(await ask('admin', 'POST', '/api/phase', { phase: 'planning' })).toMatchObject({
      status: 200,
      body: { previous_phase: 'execution', new_phase: 'planning', changed: true },
    });
  });

  it.each([
    ['a word that is no mode', { mode: 'ON' }, 400],
    ['no mode', {}, 400],
    ['a list', { mode: ['off'] }, 400],
    ['something more', { mode: 'off', force: true }, 400],
  ])('refuses %s', async (_what, payload, status) => {
    expect((await ask('admin', 'POST', '/api/network-mode', payload)).status).toBe(status);
    expect(mode.value()).toBe('on');
  });

  it('refuses what the policy does not allow, whoever asks', async () => {
    allowed = ['on', 'readonly'];
    for (const role of ['admin', 'operator'])
      expect(await setMode(role, 'off')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(mode.value()).toBe('on');
  });

  it.each(['viewer', 'nobody', 'constructor'])('is not for a %s', async (role) => {
    expect((await setMode(role, 'off')).status).toBe(403);
    expect((await ask(role, 'POST', '/api/phase', { phase: 'planning' })).status).toBe(403);
    expect(mode.value()).toBe('on');
  });
});

describe("an operator's change of the mode", () => {
  it('waits for an admin, who lets exactly it happen, once', async () => {
    const asked = await setMode('operator', 'off');
    expect(asked).toMatchObject({ status: 202, body: { approval_id: expect.any(String), expires_at: '2026-01-01T00:05:00.000Z' } });
    expect(mode.value()).toBe('on');
    const at = `/api/approvals/${asked.body.approval_id}`;
    expect((await ask('viewer', 'GET', '/api/approvals')).body.items).toMatchObject([
      { kind: 'network_mode', request: { value: 'off', reason: 'Maintenance window' }, state: 'pending', requested_by: 'token:operator' },
    ]);
    expect(await ask('admin', 'POST', `${at}/approve`)).toMatchObject({ status: 200, body: { state: 'used', decided_by: 'token:admin' } });
    expect(mode.current()).toMatchObject({ value: 'off', updated_by: 'token:admin' });
    expect((await ask('admin', 'POST', `${at}/approve`)).status).toBe(409);
    const [row] = (await home.ledger.auditOf(['network_mode'])).slice(-1);
    expect(JSON.parse(row?.detail ?? '')).toEqual({ previous: 'on', reason: 'Maintenance window', approval_id: asked.body.approval_id });
  });

  it.each(['viewer', 'operator'])('is not approved or denied by a %s', async (role) => {
    const { approval_id } = (await setMode('operator', 'off')).body;
    for (const verb of ['approve', 'deny']) expect((await ask(role, 'POST', `/api/approvals/${approval_id}/${verb}`)).status).toBe(403);
    expect(mode.value()).toBe('on');
  });

  it('that is denied, or not approved in time, does not happen', async () => {
    const denied = (await setMode('operator', 'off')).body.approval_id;
    expect((await ask('admin', 'POST', `/api/approvals/${denied}/deny`)).body.state).toBe('denied');
    expect((await ask('admin', 'POST', `/api/approvals/${denied}/approve`)).status).toBe(409);
    const late = (await setMode('operator', 'off')).body.approval_id;
    home.clock.advance(300_000);
    expect((await ask('admin', 'POST', `/api/approvals/${late}/approve`)).status).toBe(409);
    expect(mode.value()).toBe('on');
  });

  it('is refused when the policy lets no operator ask', async () => {
    may_ask = false;
    expect(await setMode('operator', 'off')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await ask('viewer', 'GET', '/api/approvals')).body.items).toEqual([]);
  });

  it('to what it is already asks nobody', async () => {
    expect(await setMode('operator', 'on')).toMatchObject({ status: 200, body: { changed: false } });
    expect((await ask('viewer', 'GET', '/api/approvals')).body.items).toEqual([]);
  });

  it('that the policy forbids meanwhile does not happen, and the approval still waits', async () => {
    const { approval_id } = (await setMode('operator', 'off')).body;
    allowed = ['on'];
    expect((await ask('admin', 'POST', `/api/approvals/${approval_id}/approve`)).status).toBe(403);
    expect((await ask('viewer', 'GET', '/api/approvals')).body.items[0].state).toBe('pending');
  });

  it('of the phase waits too', async () => {
    const asked = await ask('operator', 'POST', '/api/phase', { phase: 'planning' });
    expect(asked.status).toBe(202);
    await ask('admin', 'POST', `/api/approvals/${asked.body.approval_id}/approve`);
    expect((await ask('viewer', 'GET', '/api/phase')).body.phase).toBe('planning');
  });
});

describe('approvals and pairings over HTTP', () => {
  it('are listed in pages, newest first', async () => {
    const ids: string[] = [];
    for (const to of ['off', 'readonly', 'off']) ids.unshift((await setMode('operator', to)).body.approval_id);
    const first = (await ask('viewer', 'GET', '/api/approvals?limit=2')).body;
    const second = (await ask('viewer', 'GET', `/api/approvals?limit=2&cursor=${first.next_cursor}`)).body;
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
  });

  it('that nobody asked for are not found', async () => {
    expect((await ask('admin', 'POST', '/api/approvals/nothing/approve')).status).toBe(404);
    expect((await ask('admin', 'POST', '/api/pairings/AAAAAAAA/approve')).status).toBe(404);
  });

  it.each([
    ['viewer', 403, 'pending'],
    ['operator', 200, 'approved'],
    ['admin', 200, 'approved'],
  ])('what is no change of a mode is approved by a %s: %d', async (role, status, state) => {
    const { id } = await approvals.request('write', { to: 'a table' }, 'token:agent');
    expect((await ask(role, 'POST', `/api/approvals/${id}/approve`)).status).toBe(status);
    expect((await approvals.show(id)).state).toBe(state);
  });

  it.each([
    ['viewer', 403, false],
    ['operator', 200, true],
    ['admin', 200, true],
  ])('a pairing is approved by a %s: %d', async (role, status, paired) => {
    const code = pairings.ask('telegram', 'ada', 'p')?.code;
    expect((await ask('viewer', 'GET', '/api/pairings')).body.items).toMatchObject([
      { code, channel_id: 'telegram', user_key: 'ada', state: 'pending' },
    ]);
    expect((await ask(role, 'POST', `/api/pairings/${code}/approve`)).status).toBe(status);
    expect(pairings.isPaired('telegram', 'ada')).toBe(paired);
  });

  it.each([
    ['viewer', 403, true],
    ['operator', 200, false],
    ['admin', 200, false],
  ])('a pairing is taken back by a %s: %d', async (role, status, paired) => {
    await pairings.approve(pairings.ask('telegram', '+49 151/a', 'p')?.code as string, 'cli:op');
    expect((await ask(role, 'DELETE', '/api/pairings/telegram/%2B49%20151%2Fa')).status).toBe(status);
    expect(pairings.isPaired('telegram', '+49 151/a')).toBe(paired);
    expect((await ask('admin', 'DELETE', '/api/pairings/telegram/nobody')).status).toBe(404);
  });

  it.each([
    ['viewer', 403, 0],
    ['operator', 403, 0],
    ['admin', 200, 1],
  ])('the policy is replaced by a %s: %d', async (role, status, times) => {
    expect((await ask(role, 'GET', '/api/policy')).status).toBe(200);
    expect((await ask(role, 'PUT', '/api/policy', { blocked_operations: [] })).status).toBe(status);
    expect(replaced).toHaveLength(times);
  });
});
