/** `agentos connector run` against a running host. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminHost, BOOTSTRAP, openAdminHost } from '../host/admin/harness.ts';
import { agentos } from '../support/home.ts';

let host: AdminHost;
beforeAll(async () => {
  host = await openAdminHost();
  await host.admin('/api/policy', {
    method: 'PUT',
    body: { connectors: { notes: { allowed_operations: ['read', 'write'] } } },
  });
});
afterAll(() => host.stop());

const run = (...args: string[]) => agentos(null, ['connector', 'run', 'notes', ...args, '--url', host.url, '--token', BOOTSTRAP]);

it('prints what came back, and where its evidence lies', async () => {
  const result = await run('read', '--params', '{"id":"7"}');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(/"id": "7"[\s\S]*\nevidence [0-9A-Z]{26}\n$/);
  const json = await run('read', '--params', '{"id":"7"}', '--json');
  expect(json.json()).toMatchObject({ status: 'success', data: { operation: 'read', params: { id: '7' } }, error: null });
});

it('asks for an approval, and fetches with it what was carried out', async () => {
  const asked = await run('write', '--params', '{"text":"x"}', '--json');
  expect(asked.code).toBe(0);
  const { approval_id } = asked.json<{ error: { approval_id: string } }>().error;
  expect((await run('write', '--params', '{"text":"x"}')).stdout).toContain('agentos approvals approve ');
  const approved = await agentos(null, ['approvals', 'approve', approval_id, '--url', host.url, '--token', BOOTSTRAP]);
  expect(approved).toMatchObject({ code: 0, stdout: 'connector_request: used\n' });
  const fetched = await run('write', '--params', '{"text":"x"}', '--approval', approval_id, '--json');
  expect(fetched).toMatchObject({ code: 0 });
  expect(fetched.json()).toMatchObject({ status: 'success', data: { params: { text: 'x' } } });
});

it('fails with the reason and the way out', async () => {
  const refused = await run('raed');
  expect(refused).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("NOT_SUPPORTED: Operation 'raed' not supported\nDid you mean read?"),
  });
  expect(refused.stderr).toContain('The request is failed.');
  expect(await run('read', '--params', 'id=7')).toMatchObject({ code: 1, stderr: expect.stringContaining('--params is no JSON object') });
  expect(await run()).toMatchObject({ code: 2 });
});
