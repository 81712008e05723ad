/** People and keys by the API: whose word it was, and a key that comes over a network. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { covers, type Role } from '../../../host/admin/access/roles.ts';
import { type AdminHost, openAdminHost } from './harness.ts';

let host: AdminHost;
beforeAll(async () => {
  host = await openAdminHost();
  await host.channelIn('webchat', 'running');
});
afterAll(() => host.stop());

it('a person is exported, and erased by the word of the one who asked', async () => {
  const { message_id } = await host.converse('what I said');
  const { user_key } = (await host.admin(`/api/messages/${message_id}`)).body;
  const at = `/api/users/webchat/${encodeURIComponent(user_key)}`;
  const { body } = await host.admin(at);
  expect(body.messages.map(({ direction, text }: { direction: string; text: string }) => [direction, text])).toContainEqual([
    'inbound',
    'what I said',
  ]);
  const { token } = await host.newToken('admin', { name: 'the privacy officer' });
  const erased = await host.as(token)(at, { method: 'DELETE' });
  expect(erased).toMatchObject({ status: 200, body: { channel_id: 'webchat', messages_in: 1, sessions_closed: 1 } });
  const { items } = (await host.admin('/api/audit?action=person.erased')).body;
  expect(items).toMatchObject([{ actor: 'token:the privacy officer', person_id: erased.body.person_id }]);
  expect((await host.admin(`/api/messages/${message_id}`)).body.text).toBeNull();
  expect(await host.admin(at)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
});

it('a new host key is made here; one that comes over the network is not taken', async () => {
  const new_key = randomBytes(32).toString('base64');
  const refused = await host.admin('/api/secrets/rotate', { method: 'POST', body: { new_key } });
  expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  expect(refused.text).not.toContain(new_key);
  const { status, body } = await host.admin('/api/secrets/rotate', { method: 'POST', body: {} });
  expect(status).toBe(200);
  expect(body.key_id).not.toBe(body.former_key_id);
  expect((await host.audit('host_key')).map(({ actor, action }) => [actor, action])).toEqual([['token:admin', 'secrets.rotated']]);
});

it('a page of the trail goes back or on, not both', async () => {
  const [first] = (await host.admin('/api/audit?after=0&limit=1')).body.items;
  expect(first.seq).toBe(1);
  expect(await host.admin('/api/audit?cursor=5&after=1')).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMS' } });
});

it.each(['nobody', 'constructor', ''])('a role that nobody knows is none: %j', (role) => {
  expect(covers(role as Role, 'viewer')).toBe(false);
});
