/** Sessions by the API: a person takes a conversation over, gives it back, ends it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { type AdminHost, openAdminHost } from './harness.ts';

let host: AdminHost;
beforeAll(async () => {
  host = await openAdminHost();
  await host.channelIn('webchat', 'running');
});
afterAll(() => host.stop());

const act = (id: string, verb: string, ask = host.admin) => ask(`/api/sessions/${id}/${verb}`, { method: 'POST' });

/** A visitor who can write more than once. */
const visitor = async () => {
  const cookie = String((await host.ask('/chat')).headers['set-cookie']).split(';')[0] as string;
  let number = 0;
  return async (text: string, state: string) => {
    const client_message_id = `own-${++number}`;
    await host.ask('/chat/messages', { method: 'POST', headers: { cookie, origin: host.url }, body: { client_message_id, text } });
    const rows = async () => (await host.admin('/api/messages?direction=inbound&limit=500')).body.items as Record<string, string>[];
    const isIt = (row: Record<string, string>) => row.text === text && row.state === state;
    return (await until(rows, (all) => all.some(isIt), `${text} is ${state}`)).find(isIt) as Record<string, string>;
  };
};

describe('a session', () => {
  it('that a person took over is recorded and not run; released, it runs again', async () => {
    const say = await visitor();
    const { session_id = '' } = await say('before the take-over', 'answered');
    expect(await act(session_id, 'takeover')).toMatchObject({ status: 200, body: { id: session_id, held_by: 'token:admin' } });
    expect(await say('while a person has it', 'ignored')).toMatchObject({ reason: 'TAKEN_OVER', session_id });
    expect((await host.admin(`/api/sessions/${session_id}`)).body.held_by).toBe('token:admin');
    expect(await act(session_id, 'release')).toMatchObject({ status: 200, body: { held_by: null } });
    expect(await say('after the release', 'answered')).toMatchObject({ session_id });
    const audit = await host.audit(session_id);
    expect(audit.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'token:admin session.taken_over',
      'token:admin session.released',
    ]);
  });

  it('is held by one person: again is no change, another is refused', async () => {
    const { session_id } = await host.converse();
    const { token } = await host.newToken('operator');
    await act(session_id, 'takeover');
    expect((await act(session_id, 'takeover')).status).toBe(200);
    expect(await act(session_id, 'takeover', host.as(token))).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } });
    expect(await host.audit(session_id)).toHaveLength(1);
    // Whoever is there may give it back: the one who took it over may have gone home.
    expect((await act(session_id, 'release', host.as(token))).status).toBe(200);
    expect((await act(session_id, 'release')).status).toBe(409);
  });

  it('that is closed is not joined any more, whoever held it', async () => {
    const say = await visitor();
    const { session_id = '' } = await say('the first session', 'answered');
    await act(session_id, 'takeover');
    expect(await act(session_id, 'close')).toMatchObject({ status: 200, body: { state: 'closed', active: false, held_by: null } });
    expect((await say('the second session', 'answered')).session_id).not.toBe(session_id);
    expect((await act(session_id, 'close')).status).toBe(409);
    expect((await act(session_id, 'takeover')).status).toBe(409);
  });

  it('that nobody knows is 404', async () => {
    for (const verb of ['close', 'takeover', 'release'])
      expect(await act('nothing', verb)).toMatchObject({ body: { code: 'SESSION_NOT_FOUND' } });
    expect((await host.admin('/api/sessions/nothing')).status).toBe(404);
  });
});

it('pages of sessions are walked by their cursor, each once, newest first', async () => {
  for (let count = 0; count < 5; count++) await host.converse();
  const all = (await host.admin('/api/sessions?limit=500')).body.items.map(({ id }: { id: string }) => id);
  const walked: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await host.admin(`/api/sessions?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
    walked.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.next_cursor;
  }
  expect(walked).toEqual(all);
  const closed = (await host.admin('/api/sessions?state=closed&limit=500')).body.items;
  expect(closed.every(({ state }: { state: string }) => state === 'closed')).toBe(true);
  expect((await host.admin('/api/sessions?channel_id=telegram')).body).toEqual({ items: [], next_cursor: null });
});
