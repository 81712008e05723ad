import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { WeatherConnector } from './connector.ts';

const refusal = (code: string): Error => Object.assign(new Error('it did not answer'), { code });
/** As far as it comes before the clock moves. */
const create = async (...answers: (ScriptedAnswer | Error)[]) => {
  const made = createTestContext({ config: { base_url: 'https://weather.example.com' }, fetch: answers, timers: true });
  const asked = new WeatherConnector(made.context).execute('get_weather', { place: 'Ulm' });
  // Told below; until then nobody waits for it.
  asked.catch(() => undefined);
  await made.clock.advance(0);
  return { ...made, asked };
};

test('a service that was busy is asked again, after the waits', async () => {
  const { asked, clock, requests, logs } = await create({ status: 503 }, refusal('RESET'), { body: { sky: 'clear' } });
  await clock.advance(499);
  assert.equal(requests.length, 1);
  await clock.advance(1);
  assert.equal(requests.length, 2);
  await clock.advance(1_000);
  assert.deepEqual(await asked, { sky: 'clear' });
  assert.equal(logs.length, 2);
});

test('the third failure is the result: an error with its cause', async () => {
  const { asked, clock, requests } = await create({ status: 503 }, { status: 503 }, { status: 503, body: 'too busy' });
  await clock.advance(500);
  await clock.advance(1_000);
  await assert.rejects(asked, { message: 'The weather service answered 503: too busy' });
  assert.equal(requests.length, 3);
});

test('a refusal is not asked again, nor what asks for a long wait', async () => {
  const wrong = await create({ status: 404, body: 'no such place' });
  await assert.rejects(wrong.asked, { message: 'The weather service answered 404: no such place' });
  const later = await create({ status: 429, headers: { 'retry-after': '60' } });
  await assert.rejects(later.asked, { message: 'The weather service answered 429; again in 60 s' });
  const blocked = await create(refusal('DOMAIN_BLOCKED'));
  await assert.rejects(blocked.asked, { code: 'DOMAIN_BLOCKED' });
  assert.deepEqual([wrong.requests.length, later.requests.length, blocked.requests.length], [1, 1, 1]);
});
