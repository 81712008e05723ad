import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent, AgentOutcome, AgentRequest } from '../../../host/agents/agent.ts';
import { AgentAnswer, createHttpAgent } from '../../../host/agents/http.ts';
import { createEgress } from '../../../host/egress/create-egress.ts';
import { compile } from '../../../schemas/compile.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { someInbound } from '../ledger/fixture.ts';
import { type AgentServer, type Answer, startAgentServer } from './agent-server.ts';

const REQUEST: AgentRequest = {
  message: someInbound('01INBOUND', { text: 'hällo' }),
  session: { id: 's', created_at: '2026-01-01T00:00:00.000Z' },
  channel: { id: 'telegram', name: 'Telegram' },
};
const NOW = 1_614_265_330_000;

let server: AgentServer;
let agents: Agent[];
beforeEach(async () => {
  server = await startAgentServer({ status: 204 });
  agents = [];
});
afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  await server.close();
});

const agentFor = (options: { secret?: string | null; timeout_ms?: number; url?: string } = {}): Agent => {
  const url = options.url ?? server.url;
  const egress = createEgress({ policy: () => ({ allow_private: [new URL(url).host], allowed_domains: [], blocked_domains: [] }) });
  const agent = createHttpAgent(
    { egress, clock: createFakeClock(NOW), checkAnswer: compile(AgentAnswer) },
    { url, secret: null, timeout_ms: 5000, ...options },
  );
  agents.push(agent);
  return agent;
};

const call = (agent: Agent, signal = new AbortController().signal): Promise<AgentOutcome> => {
  if (!agent.call) throw new Error('an agent that is not called');
  return agent.call(REQUEST, signal);
};

const answered = async (answer: Answer): Promise<AgentOutcome> => {
  server.answers = [answer];
  return call(agentFor());
};

describe('the call of an agent', () => {
  it('is a POST of message, session and channel, named by the id of the message', async () => {
    await call(agentFor());
    const [asked] = server.asked;
    expect([asked?.method, asked?.path]).toEqual(['POST', '/agent']);
    expect(JSON.parse(asked?.body ?? '')).toEqual(REQUEST);
    expect(asked?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': '01INBOUND',
      'webhook-timestamp': String(NOW / 1000),
    });
  });

  it('is not signed without a secret', async () => {
    await call(agentFor());
    expect(server.asked[0]?.headers['webhook-signature']).toBeUndefined();
  });

  /** The receiver's side, as the specification's own libraries do it. */
  const signature = (key: Buffer): string => {
    const { headers, body } = server.asked[0] as AgentServer['asked'][number];
    return `v1,${createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')}`;
  };

  const standard = Buffer.alloc(32, 5);
  it.each([
    ['a key with its prefix', `whsec_${standard.toString('base64')}`, standard],
    ['a key without its prefix', standard.toString('base64'), standard],
    ['a text that is no key', 'correct horse battery staple', Buffer.from('correct horse battery staple')],
    ['a short text in the letters of base64', 'password', Buffer.from('password')],
  ])('is signed by Standard Webhooks with %s', async (_what, secret, key) => {
    await call(agentFor({ secret }));
    expect(server.asked[0]?.headers['webhook-signature']).toBe(signature(key));
  });
});

describe('the answer of an agent', () => {
  it.each<[string, Answer, unknown[]]>([
    ['one text', { body: '{"text":"hi"}' }, [{ text: 'hi', attachments: [], buttons: [] }]],
    ['replies, in order', { body: '{"replies":[{"text":"a"},{"text":"b"}]}' }, [{ text: 'a' }, { text: 'b' }]],
    [
      'a file without a text',
      { body: '{"replies":[{"attachments":[{"type":"image","url":"https://x.example/a.png"}]}]}' },
      [{ text: null, attachments: [{ type: 'image' }] }],
    ],
    ['buttons', { body: '{"text":"choose","buttons":[[{"id":"a","label":"A"}]]}' }, [{ buttons: [[{ id: 'a', label: 'A' }]] }]],
    ['what we do not know beside it', { body: '{"text":"hi","confidence":0.5}' }, [{ text: 'hi' }]],
    ['another 2xx', { status: 201, body: '{"text":"hi"}' }, [{ text: 'hi' }]],
    ['204', { status: 204 }, []],
    ['an empty body', { body: '' }, []],
    ['no replies', { body: '{"replies":[]}' }, []],
    ['nothing to say', { body: '{"text":null}' }, []],
    ['white space', { body: '{"text":" \\n"}' }, []],
  ])('is %s', async (_what, answer, replies) => {
    expect(await answered(answer)).toMatchObject({ ok: true, replies });
  });

  it.each<[string, Answer]>([
    ['no JSON', { body: '<html>' }],
    ['a list', { body: '[]' }],
    ['a text alone', { body: '"hi"' }],
    ['null', { body: 'null' }],
    ['an object that says nothing', { body: '{}' }],
    ['a reply by another name', { body: '{"reply":"hi"}' }],
    ['replies that are no list', { body: '{"replies":"hi"}' }],
    ['replies that are texts', { body: '{"replies":["hi"]}' }],
    ['a reply without text and files', { body: '{"replies":[{"message":"hi"}]}' }],
    ['a text that is a number', { body: '{"text":5}' }],
    ['a text beyond all measure', { body: JSON.stringify({ text: 'x'.repeat(100_001) }) }],
    ['more than a mebibyte', { body: JSON.stringify({ text: 'hi', more: 'x'.repeat(1_100_000) }) }],
    ['a button that is no button', { body: '{"text":"hi","buttons":[[{"label":"A"}]]}' }],
  ])('of a wrong shape (%s) is refused, and not asked for again', async (_what, answer) => {
    expect(await answered(answer)).toMatchObject({ ok: false, code: 'AGENT_BAD_ANSWER', retryable: false });
  });

  it.each([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('with status %i is refused; again: %s', async (status, retryable) => {
    expect(await answered({ status, body: '{"text":"an error page"}' })).toMatchObject({ ok: false, code: 'AGENT_REFUSED', retryable });
  });

  it.each([
    ['seconds', '30', 30_000],
    ['a date', new Date(NOW + 5000).toUTCString(), 5000],
    ['a date that is over', new Date(NOW - 5000).toUTCString(), 0],
    ['more than an hour', '999999', 3_600_000],
    ['nothing that can be read', 'soon', undefined],
  ])('with Retry-After in %s says when to come again', async (_form, value, retry_after_ms) => {
    const outcome = await answered({ status: 429, headers: { 'retry-after': value } });
    expect(outcome).toEqual({
      ok: false,
      code: 'AGENT_REFUSED',
      message: 'the agent answered 429',
      retryable: true,
      ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
    });
  });

  it('that does not come in time is waited for no longer', async () => {
    server.answers = ['never'];
    expect(await call(agentFor({ timeout_ms: 50 }))).toMatchObject({ ok: false, code: 'AGENT_TIMEOUT', retryable: true });
  });

  it('that breaks off is asked for again', async () => {
    expect(await answered('reset')).toMatchObject({ ok: false, code: 'AGENT_UNREACHABLE', retryable: true });
  });

  it('of nobody is asked for again', async () => {
    const agent = agentFor();
    await server.close();
    expect(await call(agent)).toMatchObject({ ok: false, code: 'AGENT_UNREACHABLE', retryable: true });
  });

  it('is not awaited after the call was stopped', async () => {
    server.answers = ['never'];
    const stop = new AbortController();
    const outcome = call(agentFor(), stop.signal);
    stop.abort();
    expect(await outcome).toMatchObject({ ok: false, retryable: false });
  });

  it('that sends us elsewhere is not followed out of its origin', async () => {
    const other = await startAgentServer({ body: '{"text":"stolen"}' });
    expect(await answered({ status: 307, headers: { location: other.url } })).toMatchObject({ ok: false });
    expect(other.asked).toEqual([]);
    await other.close();
  });
});
