import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { KafkaRestConnector } from './connector.ts';

const create = (...answers: ScriptedAnswer[]) => {
  const { context, requests } = createTestContext({
    config: { base_url: 'https://kafka.example/', password: 'placeholder' },
    fetch: answers,
  });
  return { connector: new KafkaRestConnector(context), requests };
};

test('a record is written into its topic', async () => {
  const { connector, requests } = create({ body: { offsets: [{ partition: 2, offset: 0 }] } });
  const result = await connector.execute('produce', { topic: 'tea', key: 'k', value: { kind: 'green' } });
  assert.deepEqual(result, { topic: 'tea', partition: 2, offset: 0 });
  assert.equal(requests[0]?.url, 'https://kafka.example/topics/tea');
  assert.equal(requests[0]?.request.body, '{"records":[{"key":"k","value":{"kind":"green"}}]}');
});

test('a record that the broker did not take is an error, although the proxy answers 200', async () => {
  const refused = { offsets: [{ partition: null, offset: null, error_code: 50002, error: 'Topic not present' }] };
  const { connector } = create({ body: refused }, { body: {} });
  const produce = () => connector.execute('produce', { topic: 'tea', value: {} });
  await assert.rejects(produce(), { message: 'The Kafka REST proxy wrote nothing: Topic not present' });
  await assert.rejects(produce(), { message: 'The Kafka REST proxy wrote nothing: it does not say why' });
});
