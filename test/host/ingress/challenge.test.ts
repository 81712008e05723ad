import { describe, expect, it } from 'vitest';
import { answerChallenge } from '../../../host/ingress/challenge.ts';

const posted = (json: unknown) => ({ method: 'POST', query: {}, json: () => json });

describe('slack_url_verification', () => {
  it('echoes the challenge as plain text', () => {
    expect(answerChallenge('slack_url_verification', posted({ type: 'url_verification', challenge: '<b>3eZb' }))).toEqual({
      status: 200,
      content_type: 'text/plain',
      body: '<b>3eZb',
    });
  });

  it.each([
    null,
    'x',
    {},
    { type: 'event_callback', challenge: 'x' },
    { type: 'url_verification' },
    { type: 'url_verification', challenge: 5 },
  ])('takes %j for an ordinary event', (json) => expect(answerChallenge('slack_url_verification', posted(json))).toBeNull());
});

describe('discord_ping', () => {
  it('answers the pings of interactions and of webhook events', () => {
    expect(answerChallenge('discord_ping', posted({ type: 1 }))).toEqual({
      status: 200,
      content_type: 'application/json',
      body: '{"type":1}',
    });
    expect(answerChallenge('discord_ping', posted({ type: 0 }))).toMatchObject({ status: 204, body: '' });
  });

  it.each([{ type: 2 }, {}, null, []])('takes %j for an ordinary event', (json) =>
    expect(answerChallenge('discord_ping', posted(json))).toBeNull(),
  );
});

describe('hub_challenge', () => {
  const ask = (query: Record<string, string>, tokens = ['t0ken'], method = 'GET') =>
    answerChallenge('hub_challenge', { method, query, json: () => undefined }, tokens);
  const right = { 'hub.mode': 'subscribe', 'hub.verify_token': 't0ken', 'hub.challenge': '<script>1' };

  it('echoes the challenge as plain text to whoever knows the token', () => {
    expect(ask(right)).toEqual({ status: 200, content_type: 'text/plain', body: '<script>1' });
  });

  it.each([
    { ...right, 'hub.verify_token': 'other' },
    { ...right, 'hub.mode': 'unsubscribe' },
    { ...right, 'hub.challenge': 'x'.repeat(1025) },
    { 'hub.mode': 'subscribe', 'hub.challenge': 'x' },
    {},
  ])('refuses %j without echoing anything', (query) =>
    expect(ask(query as Record<string, string>)).toEqual({ status: 403, content_type: 'text/plain', body: '' }),
  );

  it('refuses everybody while there is no token, or an empty one', () => {
    expect(ask({ ...right, 'hub.verify_token': '' }, [''])).toMatchObject({ status: 403 });
    expect(ask(right, [])).toMatchObject({ status: 403 });
  });

  it('takes a POST for an ordinary event', () => expect(ask(right, ['t0ken'], 'POST')).toBeNull());
});
