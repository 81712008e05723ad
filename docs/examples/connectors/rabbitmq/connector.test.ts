import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { RabbitMqConnector } from './connector.ts';

const create = (...answers: ScriptedAnswer[]) => {
  const config = { base_url: 'https://queue.example:15671', vhost: '/', password: 'placeholder' };
  const { context, requests } = createTestContext({ config, fetch: answers });
  return { connector: new RabbitMqConnector(context), requests };
};

test('a message is published and outlives the broker', async () => {
  const { connector, requests } = create({ body: { routed: true } });
  const result = await connector.execute('publish', { routing_key: 'tea', payload: 'green' });
  assert.deepEqual(result, { exchange: 'amq.default', routing_key: 'tea' });
  assert.equal(requests[0]?.url, 'https://queue.example:15671/api/exchanges/%2F/amq.default/publish');
  assert.deepEqual(requests[0]?.request.json, {
    properties: { delivery_mode: 2 },
    routing_key: 'tea',
    payload: 'green',
    payload_encoding: 'string',
  });
});

test('a message that reached no queue is an error', async () => {
  const { connector } = create({ body: { routed: false } });
  const published = connector.execute('publish', { exchange: 'orders', routing_key: 'tea', payload: 'green' });
  await assert.rejects(published, { message: 'RabbitMQ took the message, but no queue is bound for tea' });
});

test('the length of a queue is asked for by its name', async () => {
  const { connector, requests } = create({ body: { messages: 3 } });
  assert.deepEqual(await connector.execute('queue_length', { queue: 'a/b' }), { queue: 'a/b', messages: 3 });
  assert.equal(requests[0]?.url, 'https://queue.example:15671/api/queues/%2F/a%2Fb');
});
