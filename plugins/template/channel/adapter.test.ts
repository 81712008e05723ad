/** Run it with: npm test */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { InboundEvent, OutboundMessage } from 'communicationos/sdk';
import { createTestContext } from 'communicationos/sdk/testing';
import { MyChannelAdapter } from './adapter.ts';

const CONFIG = { api_base_url: 'https://api.example.com', api_token: 'placeholder' };
const fixture = (name: string) => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
const eventOf = (json: unknown) => ({ json, body: JSON.stringify(json), received_at: '2026-01-02T03:04:05.000Z' }) as InboundEvent;
const toAda = { conversation_key: 'ada', text: 'hello' } as OutboundMessage;

test('an event becomes the message that its fixture says', async () => {
  const adapter = new MyChannelAdapter(createTestContext({ config: CONFIG }).context);
  const { event, expect } = fixture('text');
  const [message] = await adapter.receive(eventOf(event.body));
  assert.deepEqual({ ...message, ...expect[0] }, message);
});

test('what is no message is ignored', async () => {
  const adapter = new MyChannelAdapter(createTestContext({ config: CONFIG }).context);
  for (const strange of [null, 'text', [], { id: 7 }, { id: '1', from: 'ada' }]) {
    assert.deepEqual(await adapter.receive(eventOf(strange)), []);
  }
});

test('a message is one request, and its receipt names what the service called it', async () => {
  const { context, requests } = createTestContext({ config: CONFIG, fetch: [{ body: { id: 'm1' } }] });
  assert.deepEqual(await new MyChannelAdapter(context).send(toAda), { status: 'sent', platform_message_id: 'm1' });
  assert.equal(requests.length, 1);
  assert.deepEqual(requests[0]?.request.json, { to: 'ada', text: 'hello' });
});

test('a service that is too busy says when to come again', async () => {
  const { context } = createTestContext({ config: CONFIG, fetch: [{ status: 429, headers: { 'retry-after': '3' } }] });
  const receipt = await new MyChannelAdapter(context).send(toAda);
  assert.deepEqual(receipt, {
    status: 'failed',
    code: 'RATE_LIMITED',
    reason: 'the service answered 429',
    retryable: true,
    retry_after_ms: 3000,
  });
});
