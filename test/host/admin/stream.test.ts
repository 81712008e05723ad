/** `GET /api/stream`: what happens, as it happens, to those who may see it and for as long as they may. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecent } from '../../../host/admin/stream/recent.ts';
import { createFeed, type FeedEntry } from '../../../host/lib/feed.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';
import { type AdminHost, BOOTSTRAP, openAdminHost } from './harness.ts';

let host: AdminHost;
beforeAll(async () => {
  host = await openAdminHost();
  await host.channelIn('webchat', 'running');
});
afterAll(() => host.stop());

interface Event {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  data: any;
}

const parse = (block: string): Event | null => {
  const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  const data = fields.get('data');
  return data === undefined ? null : { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) };
};

const openStream = (token: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; events: Event[]; ended: Promise<void>; close(): void }>((resolve, reject) => {
    const sent = request(
      `${host.url}/api/stream`,
      { agent: false, headers: { authorization: `Bearer ${token}`, ...headers } },
      (response) => {
        const events: Event[] = [];
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const blocks = (rest + chunk).split('\n\n');
          rest = blocks.pop() ?? '';
          events.push(...blocks.map(parse).filter((event) => event !== null));
        });
        response.on('error', () => undefined);
        const ended = new Promise<void>((done) => response.on('close', done));
        resolve({ status: response.statusCode ?? 0, events, ended, close: () => sent.destroy() });
      },
    );
    sent.on('error', reject);
    sent.end();
  });

const saw = (events: readonly Event[], id: string, state: string) =>
  until(
    () => events.map(({ data }) => `${data.id} ${data.state}`),
    (seen) => seen.includes(`${id} ${state}`),
    `${id} ${state} is told`,
  );

describe('the stream', () => {
  it('tells of messages and channels, and goes on where a reader stopped', async () => {
    const { token } = await host.newToken('viewer');
    const first = await openStream(token);
    expect(first.status).toBe(200);
    const { message_id } = await host.converse();
    await saw(first.events, message_id, 'answered');
    expect(first.events.find(({ data }) => data.id === message_id)).toMatchObject({
      event: 'message',
      data: { kind: 'message', channel_id: 'webchat', direction: 'inbound', at: expect.stringMatching(/Z$/) },
    });
    const place = first.events.at(-1)?.id as string;
    first.close();
    await host.admin('/api/channels/telegram/disable', { method: 'POST' });
    const second = await openStream(token, { 'last-event-id': place });
    await saw(second.events, 'telegram', 'disabled');
    expect(second.events.some(({ data }) => data.id === message_id && data.state === 'answered')).toBe(false);
    second.close();
  });

  it('tells of connectors, of approvals from the asking to the use, and of modes, when they are durable', async () => {
    const { token } = await host.newToken('viewer');
    const reader = await openStream(token);
    await host.admin('/api/connectors/wiki/disable', { method: 'POST' });
    await saw(reader.events, 'wiki', 'disabled');
    await host.admin('/api/policy', { method: 'PUT', body: { connectors: { notes: { allowed_operations: ['write'] } } } });
    const asked = await host.admin('/api/connectors/notes/execute', {
      method: 'POST',
      body: { operation: 'write', params: { text: 'x' } },
    });
    const { approval_id } = asked.body.error;
    await saw(reader.events, approval_id, 'pending');
    await host.admin(`/api/approvals/${approval_id}/approve`, { method: 'POST' });
    await saw(reader.events, approval_id, 'used');
    await host.admin('/api/network-mode', { method: 'POST', body: { mode: 'readonly' } });
    await saw(reader.events, 'network_mode', 'readonly');
    await host.admin('/api/network-mode', { method: 'POST', body: { mode: 'on' } });
    await saw(reader.events, 'network_mode', 'on');
    await host.admin('/api/phase', { method: 'POST', body: { phase: 'planning' } });
    await saw(reader.events, 'execution_phase', 'planning');
    await host.admin('/api/phase', { method: 'POST', body: { phase: 'execution' } });
    reader.close();
  });

  it('tells that a conversation was taken over, given back, and ended', async () => {
    const { token } = await host.newToken('viewer');
    const { session_id } = await host.converse();
    const reader = await openStream(token);
    for (const [act, state] of [
      ['takeover', 'held'],
      ['release', 'released'],
      ['takeover', 'held'],
      ['close', 'released'],
    ] as const) {
      const before = reader.events.length;
      await host.admin(`/api/sessions/${session_id}/${act}`, { method: 'POST' });
      await until(
        () => reader.events.slice(before).map(({ event, data }) => `${event} ${data.id} ${data.state}`),
        (told) => told.includes(`session ${session_id} ${state}`),
        `${act} is told`,
      );
    }
    reader.close();
  });

  it('tells that a sender waits or was let in, and not who it is', async () => {
    const policy = (unknown_senders: string) =>
      host.admin('/api/policy', { method: 'PUT', body: { channels: { webchat: { unknown_senders } } } });
    const { token } = await host.newToken('viewer');
    const reader = await openStream(token);
    await policy('pair');
    await host.say('let me in');
    await saw(reader.events, 'webchat', 'pending');
    const { body } = await host.admin('/api/pairings');
    const [{ code, user_key }] = body.items;
    await host.admin(`/api/pairings/${code}/approve`, { method: 'POST' });
    await saw(reader.events, 'webchat', 'approved');
    await host.admin(`/api/pairings/webchat/${user_key}`, { method: 'DELETE' });
    await saw(reader.events, 'webchat', 'revoked');
    await policy('allow');
    const told = reader.events.filter(({ event }) => event === 'pairing');
    expect(told).toHaveLength(3);
    expect(JSON.stringify(told)).not.toContain(user_key);
    reader.close();
  });

  it('says so when it cannot tell what was missed', async () => {
    const { token } = await host.newToken('viewer');
    const reader = await openStream(token, { 'last-event-id': 'of-another-start-7' });
    await until(
      () => reader.events,
      ([first]) => first?.event === 'reset',
      'a reset is told',
    );
    reader.close();
  });

  it('ends when its token is revoked, and no other with it', async () => {
    const [mine, other] = [await host.newToken('viewer'), await host.newToken('viewer')];
    const reader = await openStream(mine.token);
    const kept = await openStream(other.token);
    await host.admin(`/api/tokens/${mine.id}`, { method: 'DELETE' });
    await reader.ended;
    expect((await openStream(mine.token)).status).toBe(401);
    const { message_id } = await host.converse();
    await saw(kept.events, message_id, 'answered');
    kept.close();
  });

  it('ends with the login that opened it', async () => {
    const login = await host.ask('/api/login', { method: 'POST', body: { token: BOOTSTRAP } });
    const cookie = String(login.headers['set-cookie']).split(';')[0] as string;
    const ended = new Promise<void>((resolve, reject) => {
      const sent = request(`${host.url}/api/stream`, { agent: false, headers: { cookie } }, (response) => {
        response.resume();
        response.on('close', resolve);
        const headers = { cookie, origin: host.url, 'content-type': 'application/json' };
        host.ask('/api/logout', { method: 'POST', headers }).catch(reject);
      });
      sent.on('error', reject);
      sent.end();
    });
    await ended;
  });

  it('is open so many times for one token and no more', async () => {
    const { token } = await host.newToken('viewer');
    const readers = await Promise.all(Array.from({ length: 17 }, () => openStream(token)));
    expect(readers.map(({ status }) => status).sort()).toEqual([...Array(16).fill(200), 429]);
    for (const reader of readers) reader.close();
  });
});

describe('what is kept for readers who come back', () => {
  const entry = (id: string): FeedEntry => ({
    kind: 'message',
    channel_id: 'c',
    id,
    direction: 'inbound',
    conversation_key: 'k',
    state: 's',
  });
  const open = () => {
    const feed = createFeed(() => undefined);
    return { feed, recent: createRecent({ feed, clock: createFakeClock(), start: 'start' }) };
  };

  it('is everything after their place, up to a bound', () => {
    const { feed, recent } = open();
    const place = recent.place();
    for (let told = 0; told < 2000; told++) feed.publish(entry(String(told)));
    expect(recent.since(place)).toHaveLength(2000);
    expect(recent.since('start-1999')).toMatchObject([{ id: 'start-2000', entry: { id: '1999', at: '2026-01-01T00:00:00.000Z' } }]);
    expect(recent.since('start-2000')).toEqual([]);
    feed.publish(entry('one too many'));
    expect(recent.since(place)).toBeNull();
  });

  it.each(['', 'start', 'start-', 'start-x', 'start-1', 'other-0', 'start-99999999999999999999'])('is nothing for %j', (id) =>
    expect(open().recent.since(id)).toBeNull(),
  );
});

it('every stream ends when the host goes down, and does not hold it up', async () => {
  const going = await openAdminHost();
  const ended = new Promise<void>((resolve, reject) => {
    const sent = request(`${going.url}/api/stream`, { agent: false, headers: { authorization: `Bearer ${BOOTSTRAP}` } }, (response) => {
      response.resume();
      response.on('close', resolve);
      going.host.drain();
    });
    sent.on('error', reject);
    sent.end();
  });
  await ended;
  await going.stop();
});
