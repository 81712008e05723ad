import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { CustomServiceConnector } from './connector.ts';

const CONFIG = { api_key: 'placeholder', base_url: 'https://custom.example/', timeout_seconds: 5 };
const create = (...answers: ScriptedAnswer[]) => {
  const { context, requests, logs } = createTestContext({ config: CONFIG, fetch: answers });
  return { connector: new CustomServiceConnector(context), requests, logs };
};

test('data is asked for by the id of its resource', async () => {
  const { connector, requests } = create({ body: { title: 'Tea' } });
  assert.deepEqual(await connector.execute('get_data', { resource_id: '123' }), { resource_id: '123', data: { title: 'Tea' } });
  assert.deepEqual(requests, [{ url: 'https://custom.example/api/v1/resources/123', request: { timeout_ms: 5_000 } }]);
});

test('a notification has the id that the service gave it, and the log has none of its text', async () => {
  const { connector, logs } = create({ status: 201, body: { id: 'n-7' } });
  const result = await connector.execute('send_notification', { message: 'ready', recipient: 'ada' });
  assert.deepEqual(result, { recipient: 'ada', message_id: 'n-7' });
  assert.deepEqual(logs, [{ level: 'info', message: 'notified', fields: { message_id: 'n-7' } }]);
});

test('a resource is changed by what is given', async () => {
  const { connector, requests } = create({ status: 204 });
  const result = await connector.execute('update_resource', { resource_id: 'a/b', data: { title: 'Coffee' } });
  assert.deepEqual(result, { resource_id: 'a/b', updated: true });
  assert.deepEqual(requests[0]?.request, { method: 'PATCH', json: { title: 'Coffee' }, timeout_ms: 5_000 });
  assert.equal(requests[0]?.url, 'https://custom.example/api/v1/resources/a%2Fb');
});

test('what is missing is named', async () => {
  const { connector } = create();
  await assert.rejects(connector.execute('get_data', {}), { code: 'INVALID_PARAMS', message: "'resource_id' parameter is required" });
  await assert.rejects(connector.execute('send_notification', {}), { message: "'message' and 'recipient' parameters are required" });
});

test('an operation that it does not have is refused', async () => {
  const { connector } = create();
  await assert.rejects(connector.execute('drop_all', {}), { code: 'NOT_SUPPORTED', message: "Operation 'drop_all' not supported" });
});

test('an error of the service stays an error', async () => {
  const { connector } = create({ status: 409, body: 'somebody else changed it' });
  const changed = connector.execute('update_resource', { resource_id: '1', data: { a: 1 } });
  await assert.rejects(changed, { code: 'CONNECTOR_ERROR', message: 'CustomService answered 409: somebody else changed it' });
});

test('without a key it waits for its configuration', () => {
  assert.equal(create().connector.validateConfig(), true);
  assert.equal(new CustomServiceConnector(createTestContext({ config: {} }).context).validateConfig(), false);
});
