/** Sending a message by the API: where it goes, what it takes, and that a repeat sends nothing twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../host/lib/clock.ts';
import { gate, startAgentServer } from '../../support/agent-server.ts';
import { until } from '../../support/until.ts';
import { type AdminHost, openAdminHost } from './harness.ts';

let host: AdminHost;
let visitor: Awaited<ReturnType<AdminHost['converse']>>;
beforeAll(async () => {
  host = await openAdminHost();
  await host.channelIn('webchat', 'running');
  visitor = await host.converse();
});
afterAll(() => host.stop());

const post = (body: object, key?: string, ask = host.admin) =>
  ask('/api/messages', { method: 'POST', body, headers: key === undefined ? {} : { 'idempotency-key': key } });
const outbound = async () =>
  (await host.admin('/api/messages?direction=outbound&limit=500')).body.items.reverse() as Record<string, unknown>[];
const sent = (id: string) =>
  until(
    async () => (await host.admin(`/api/messages/${id}`)).body,
    ({ state }) => state === 'sent',
    `${id} is sent`,
  );

describe('a message to a conversation', () => {
  it('is recorded, sent in its turn, and stands in the audit trail with who sent it', async () => {
    const { token } = await host.newToken('operator', { name: 'desk' });
    const answer = await post(
      { channel_id: 'webchat', conversation_key: visitor.conversation_key, text: 'from the desk' },
      undefined,
      host.as(token),
    );
    expect(answer).toMatchObject({ status: 202, body: { direction: 'outbound', text: 'from the desk', part: 1, in_reply_to: null } });
    expect(answer.body.parts).toEqual([answer.body.id]);
    await sent(answer.body.id);
    expect((await host.audit(answer.body.id))[0]).toMatchObject({ actor: 'token:desk', action: 'message.posted' });
  });

  it('is held while its channel cannot send', async () => {
    const { body } = await post({ channel_id: 'telegram', conversation_key: '5', text: 'later' });
    expect(body).toMatchObject({ state: 'held', held_by: 'needs_config' });
    const traced = await host.admin(`/api/messages/${body.id}/trace`);
    expect(traced.body).toMatchObject({ message: null, deliveries: [{ id: body.id }], audit: [{ action: 'message.posted' }] });
  });

  it('that is too long for its platform goes out in parts', async () => {
    const { body } = await post({ channel_id: 'telegram', conversation_key: '6', text: 'word '.repeat(2000) });
    expect(body.parts.length).toBeGreaterThan(1);
    const parts = (await outbound()).filter(({ conversation_key }) => conversation_key === '6');
    expect(parts.map(({ id, part }) => [id, part])).toEqual(body.parts.map((id: string, index: number) => [id, index + 1]));
  });

  it.each([
    ['nowhere', { text: 'x' }, 400, 'INVALID_PARAMS'],
    ['to no conversation', { channel_id: 'webchat', text: 'x' }, 400, 'INVALID_PARAMS'],
    ['to no channel', { channel_id: 'nobody', conversation_key: '1', text: 'x' }, 404, 'CHANNEL_NOT_FOUND'],
    ['empty', { channel_id: 'webchat', conversation_key: '1', text: ' \n ' }, 400, 'INVALID_PARAMS'],
    ['with a number for a text', { channel_id: 'webchat', conversation_key: '1', text: 5 }, 400, 'INVALID_PARAMS'],
    ['in reply to nothing', { in_reply_to: 'nothing', text: 'x' }, 404, 'MESSAGE_NOT_FOUND'],
  ])('%s is refused, and nothing is recorded', async (_how, body, status, code) => {
    const before = (await outbound()).length;
    expect(await post(body)).toMatchObject({ status, body: { code } });
    expect(await outbound()).toHaveLength(before);
  });
});

describe('a message into a session', () => {
  it('goes to its person and stands in its history', async () => {
    const { session_id, conversation_key } = await host.converse();
    const { status, body } = await post({ session_id, text: 'a person here' });
    expect([status, body]).toMatchObject([202, { channel_id: 'webchat', conversation_key, session_id, in_reply_to: null }]);
    const { items } = (await host.admin(`/api/messages?session_id=${session_id}`)).body;
    expect(items[0]).toMatchObject({ id: body.id, text: 'a person here' });
    await sent(body.id);
  });

  it('cannot go anywhere else, nor into one that is closed or that nobody knows', async () => {
    const { session_id, message_id } = await host.converse();
    for (const other of [{ conversation_key: 'other' }, { in_reply_to: visitor.message_id }])
      expect(await post({ session_id, text: 'x', ...other })).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMS' } });
    expect(await post({ session_id, in_reply_to: message_id, text: 'x' })).toMatchObject({ status: 202, body: { session_id } });
    await host.admin(`/api/sessions/${session_id}/close`, { method: 'POST' });
    expect(await post({ session_id, text: 'x' })).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } });
    expect(await post({ session_id: 'nothing', text: 'x' })).toMatchObject({ status: 404, body: { code: 'SESSION_NOT_FOUND' } });
  });
});

describe('a reply to a message', () => {
  it('goes where the message came from, and takes the part after those that are there', async () => {
    const { message_id, conversation_key, session_id } = await host.converse('ask');
    const [second, third] = [
      await post({ in_reply_to: message_id, text: 'and more' }),
      await post({ in_reply_to: message_id, text: 'and more' }),
    ];
    expect(second.body).toMatchObject({ channel_id: 'webchat', conversation_key, session_id, in_reply_to: message_id, part: 2 });
    expect(third.body.part).toBe(3);
    await sent(third.body.id);
  });

  it('sent by several at once: each has a part of its own', async () => {
    const { message_id } = await host.converse('ask');
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((text) => post({ in_reply_to: message_id, text })));
    expect(answers.map(({ body }) => body.part).sort()).toEqual([2, 3, 4, 5]);
  });

  it('cannot be sent anywhere else, nor to a message that we sent', async () => {
    const { message_id } = visitor;
    expect(await post({ in_reply_to: message_id, conversation_key: 'other', text: 'x' })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('conversation_key') },
    });
    const { body } = await post({ in_reply_to: message_id, text: 'x' });
    expect(await post({ in_reply_to: body.id, text: 'x' })).toMatchObject({ status: 404 });
  });
});

describe('an Idempotency-Key', () => {
  it('sent again answers as before and sends nothing; also at the same time, also of several parts', async () => {
    for (const text of ['once', 'word '.repeat(2000)]) {
      const body = { channel_id: 'telegram', conversation_key: '7', text };
      const answers = await Promise.all(Array.from({ length: 5 }, () => post(body, `key ${text.length}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(answers.map(({ body: { parts } }) => parts.join())).size).toBe(1);
    }
    const ids = (await outbound()).filter(({ conversation_key }) => conversation_key === '7');
    expect(ids.filter(({ text }) => text === 'once')).toHaveLength(1);
  });

  it('works for a reply as well: a repeat takes no part', async () => {
    const { message_id } = await host.converse('ask');
    const [first, again] = [
      await post({ in_reply_to: message_id, text: 'x' }, 'reply'),
      await post({ in_reply_to: message_id, text: 'x' }, 'reply'),
    ];
    expect([first.body.part, again.body.part, again.body.id]).toEqual([2, 2, first.body.id]);
  });

  it('with another message is refused', async () => {
    const body = { channel_id: 'telegram', conversation_key: '8', text: 'one' };
    await post(body, 'reused');
    for (const other of [
      { ...body, text: 'two' },
      { ...body, conversation_key: '9' },
      { ...body, text: 'word '.repeat(2000) },
    ]) {
      expect(await post(other, 'reused')).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    }
  });

  it('is the own one of each caller', async () => {
    const body = { channel_id: 'telegram', conversation_key: '10', text: 'hi' };
    const { token } = await host.newToken('operator');
    const [mine, theirs] = [await post(body, 'shared'), await post(body, 'shared', host.as(token))];
    expect(mine.body.id).not.toBe(theirs.body.id);
  });

  it.each(['', 'x'.repeat(256)])('that is none (%#) is refused', async (key) => {
    expect((await post({ channel_id: 'telegram', conversation_key: '1', text: 'x' }, key)).status).toBe(400);
  });
});

describe('while the agent is still asked', () => {
  it('a reply waits for its answer and comes after it; after 204 it is the first', async () => {
    const agent = await startAgentServer();
    // The host's patience must not end because the machine is slow.
    const clock = { ...systemClock, after: (ms: number, callback: () => void) => systemClock.after(ms * 10, callback) };
    const asked = await openAdminHost({ clock, env: { AGENT_BACKEND: 'http', AGENT_URL: agent.url } });
    try {
      await asked.channelIn('webchat', 'running');
      for (const [text, answer, part] of [
        ['with an answer', { status: 200, body: { text: 'the answer' } }, 2],
        ['with 204', { status: 204 }, 1],
      ] as const) {
        const { opened, open } = gate();
        agent.answer(() => opened.then(() => answer));
        const conversation = asked.converse(text);
        const [call] = await until(
          () => agent.about(text),
          (calls) => calls.length === 1,
          'the agent is asked',
        );
        const reply = asked.admin('/api/messages', { method: 'POST', body: { in_reply_to: call?.json.message.id, text: 'later' } });
        open();
        await conversation;
        expect(await reply).toMatchObject({ status: 202, body: { part, text: 'later' } });
      }
    } finally {
      await asked.stop();
      await agent.close();
    }
  });
});
