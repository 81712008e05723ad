/** A client that was generated from the OpenAPI document, as a program of somebody else uses it. */
import { OpenAPIClientAxios } from 'openapi-client-axios';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminHost, BOOTSTRAP, openAdminHost } from './harness.ts';

let host: AdminHost;
beforeAll(async () => {
  host = await openAdminHost();
});
afterAll(() => host.stop());

const generated = async (token: string) => {
  const definition = (await host.admin('/api/openapi.json')).body;
  const api = new OpenAPIClientAxios({
    definition,
    axiosConfigDefaults: { baseURL: host.url, headers: { authorization: `Bearer ${token}` }, validateStatus: () => true },
  });
  const client = await api.init();
  // biome-ignore lint/suspicious/noExplicitAny: the methods are those of the document
  return client as unknown as Record<string, (...given: any[]) => Promise<{ status: number; data: any }>>;
};

it('lists the channels, and switches one off and on', async () => {
  const client = await generated(BOOTSTRAP);
  const { data } = (await client.list_channels?.()) ?? {};
  expect(data.items.map(({ id }: { id: string }) => id)).toEqual(['telegram', 'webchat']);
  expect(await client.disable_channel?.('webchat', {})).toMatchObject({ status: 200, data: { state: 'disabled' } });
  expect(await client.enable_channel?.('webchat', {})).toMatchObject({ status: 200, data: { enabled: true } });
});

it('changes the network mode, and is told which one holds', async () => {
  const client = await generated(BOOTSTRAP);
  expect(await client.set_network_mode?.(null, { mode: 'readonly', reason: 'a test' })).toMatchObject({ status: 200 });
  expect((await client.get_network_mode?.())?.data).toMatchObject({ mode: 'readonly' });
  expect(await client.set_network_mode?.(null, { mode: 'sometimes' })).toMatchObject({ status: 400 });
  expect(await client.set_network_mode?.(null, { mode: 'on', reason: 'the test is over' })).toMatchObject({ status: 200 });
});

it('makes a token, uses it, and is told by a problem what it may not do', async () => {
  const admin = await generated(BOOTSTRAP);
  const created = await admin.create_token?.(null, { name: 'generated', role: 'viewer' });
  expect(created).toMatchObject({ status: 201, data: { token: expect.stringMatching(/^aos_/) } });
  const viewer = await generated(created?.data.token);
  expect(await viewer.list_messages?.({ limit: 1 })).toMatchObject({ status: 200, data: { items: [] } });
  expect(await viewer.disable_channel?.('webchat', {})).toMatchObject({ status: 403, data: { code: 'FORBIDDEN' } });
  expect(await admin.revoke_token?.(created?.data.id)).toMatchObject({ status: 200 });
  expect(await viewer.list_messages?.()).toMatchObject({ status: 401, data: { code: 'UNAUTHORIZED' } });
});
