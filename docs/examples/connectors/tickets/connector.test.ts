import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { TicketsConnector } from './connector.ts';

const create = (...answers: (ScriptedAnswer | Error)[]) => {
  const { context, requests } = createTestContext({
    config: { base_url: 'https://tickets.example.com', api_key: 'placeholder' },
    fetch: answers,
  });
  return { connector: new TicketsConnector(context), requests };
};

test('the request names no key: the host adds it', async () => {
  const { connector, requests } = create({ body: { id: 'T-1' } });
  assert.deepEqual(await connector.execute('get_ticket', { ticket_id: 'T-1' }), { id: 'T-1' });
  assert.deepEqual(requests, [{ url: 'https://tickets.example.com/tickets/T-1', request: { timeout_ms: 10_000 } }]);
});

test('without a key it waits for its configuration, and is not well', async () => {
  const connector = new TicketsConnector(createTestContext({ config: {} }).context);
  assert.equal(connector.validateConfig(), false);
  assert.equal(await connector.healthCheck(), false);
});

test('a service that refuses the key or is away is not well', async () => {
  const { connector } = create({ body: {} }, { status: 401 }, new Error('CONNECT_FAILED'));
  assert.deepEqual([await connector.healthCheck(), await connector.healthCheck(), await connector.healthCheck()], [true, false, false]);
});
