/** Run it with: npm test */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { MyConnector } from './connector.ts';

const CONFIG = { api_base_url: 'https://api.example.com', api_key: 'placeholder' };
const create = (...answers: ScriptedAnswer[]) => {
  const { context, requests } = createTestContext({ config: CONFIG, fetch: answers });
  return { connector: new MyConnector(context), requests };
};

test('an item is asked for by its id', async () => {
  const { connector, requests } = create({ body: { id: '123', title: 'Tea' } });
  assert.deepEqual(await connector.execute('get_item', { item_id: '123' }), { id: '123', title: 'Tea' });
  assert.equal(requests[0]?.url, 'https://api.example.com/items/123');
});

test('what is missing is named', async () => {
  const { connector } = create();
  await assert.rejects(connector.execute('get_item', {}), { code: 'INVALID_PARAMS', message: "'item_id' parameter is required" });
  await assert.rejects(connector.execute('create_item', {}), { code: 'INVALID_PARAMS', message: "'title' parameter is required" });
});

test('an operation that it does not have is refused', async () => {
  const { connector } = create();
  await assert.rejects(connector.execute('delete_item', {}), {
    code: 'NOT_SUPPORTED',
    message: "Operation 'delete_item' not supported",
  });
});

test('an error of the service stays an error', async () => {
  const { connector } = create({ status: 500, body: 'out of order' });
  await assert.rejects(connector.execute('get_item', { item_id: '123' }), { message: 'The service answered 500: out of order' });
});

test('its operations are those of the manifest', () => {
  const { operations } = JSON.parse(readFileSync(new URL('manifest.json', import.meta.url), 'utf8'));
  assert.deepEqual(create().connector.getSupportedOperations().sort(), Object.keys(operations).sort());
});

test('without a key it waits for its configuration', () => {
  assert.equal(create().connector.validateConfig(), true);
  assert.equal(new MyConnector(createTestContext({ config: {} }).context).validateConfig(), false);
});
