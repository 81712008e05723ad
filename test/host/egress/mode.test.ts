/** The network mode at the one door out: asked before every hop, and again when the first byte is about to leave. */
import { describe, expect, it } from 'vitest';
import { createEgress } from '../../../host/egress/create-egress.ts';
import { deferred } from '../../../host/lib/deferred.ts';
import { until } from '../../support/until.ts';
import { noNames, toRequest } from './harness.ts';
import { onClose, startHttp } from './servers.ts';

type Mode = 'on' | 'readonly' | 'off';

const open = (...authorities: string[]) => {
  const state = { mode: 'on' as Mode };
  const egress = createEgress({
    policy: () => ({ allow_private: authorities, allowed_domains: [], blocked_domains: [] }),
    resolver: noNames,
    shut: (method) => (state.mode === 'on' || (state.mode === 'readonly' && method === 'GET') ? null : `closed for ${method}`),
  });
  onClose(() => egress.close());
  return { state, egress };
};
const BLOCKED = { ok: false, code: 'NETWORK_MODE_BLOCKED', left: false };

describe('a request', () => {
  it.each<[Mode, string, boolean]>([
    ['on', 'GET', true],
    ['on', 'POST', true],
    ['readonly', 'GET', true],
    ['readonly', 'POST', false],
    ['off', 'GET', false],
    ['off', 'POST', false],
  ])('in %s: %s leaves: %s', async (mode, method, leaves) => {
    const server = await startHttp((_request, response) => response.end('ok'));
    const { state, egress } = open(server.authority);
    state.mode = mode;
    const result = await egress.request(toRequest(server.origin, { method }));
    expect(result).toMatchObject(leaves ? { ok: true } : { ...BLOCKED, message: `closed for ${method}` });
    expect(server.requests).toHaveLength(leaves ? 1 : 0);
  });

  it('that is to follow a redirect after the mode closed does not', async () => {
    const state: { mode: Mode } = { mode: 'on' };
    const server = await startHttp((request, response) => {
      state.mode = 'off';
      if (request.url === '/') response.writeHead(302, { location: '/next' });
      response.end();
    });
    const egress = createEgress({
      policy: () => ({ allow_private: [server.authority], allowed_domains: [], blocked_domains: [] }),
      resolver: noNames,
      shut: () => (state.mode === 'off' ? 'closed' : null),
    });
    onClose(() => egress.close());
    expect(await egress.request(toRequest(`${server.origin}/`, { redirect_origins: [server.origin] }))).toMatchObject({
      ok: false,
      code: 'NETWORK_MODE_BLOCKED',
      left: true,
    });
    expect(server.requests.map(({ url }) => url)).toEqual(['/']);
  });

  it('that waits for its connection when the mode closes does not leave', async () => {
    const server = await startHttp((_request, response) => response.end('ok'));
    const { state, egress } = open(server.authority);
    const pending = egress.request(toRequest(server.origin, { method: 'POST', body: 'x' }));
    // The address is looked at and the connection is made in later turns than this one.
    state.mode = 'off';
    egress.modeChanged();
    expect(await pending).toMatchObject(BLOCKED);
    expect(server.requests).toEqual([]);
  });

  it('that reads and waits for its answer is ended when the mode closes; one that wrote gets its answer', async () => {
    const answer = deferred<void>();
    const server = await startHttp((_request, response) => void answer.promise.then(() => response.end('late')));
    const { state, egress } = open(server.authority);
    const poll = egress.request(toRequest(`${server.origin}/poll`));
    const write = egress.request(toRequest(`${server.origin}/write`, { method: 'POST', body: 'x' }));
    await until(
      () => server.requests.length,
      (count) => count === 2,
      'both have arrived',
    );
    state.mode = 'readonly';
    egress.modeChanged();
    state.mode = 'off';
    egress.modeChanged();
    expect(await poll).toMatchObject({ ok: false, code: 'NETWORK_MODE_BLOCKED', left: true });
    answer.resolve();
    expect(await write).toMatchObject({ ok: true, status: 200 });
  });
});
