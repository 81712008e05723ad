/** The trail of a running host: by API, by command, and what is left of it when it ends. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStatement } from '../../host/audit/statement.ts';
import { openConnection } from '../../host/db/connection.ts';
import { ADMIN_TOKEN, adminApi } from '../support/admin-api.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

let room: TelegramHome;
let host: RunningHost;
let update_id = 0;
const start = (env: Record<string, string> = {}) =>
  startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN, ...env }, running: ['telegram'] });

beforeAll(async () => {
  room = await makeTelegramHome({ channels: { telegram: { group_policy: 'none' } } });
  host = await start();
  for (let index = 1; index <= 4; index++) await say(1, `m${index}`);
  await saidTo(room.telegram, 1, 4);
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

const say = async (chat: number, text: string, extra: object = {}) =>
  expect((await room.telegram.deliver(room.webhook(host), textUpdate(++update_id, text, chat, extra), { secret: SECRET })).status).toBe(
    200,
  );
const api = () => adminApi(host);
const inGroup = { chat: { id: -5, type: 'group', title: 'a group' } };

/** Actions of one channel's entries after a `seq`, oldest first. */
const actionsAfter = async (seq: number): Promise<string[]> => {
  const { body } = await api().get(`/api/audit?after=${seq}&channel_id=telegram&limit=500`);
  return body.items.map((entry: { action: string; decision: string | null }) => `${entry.action} ${entry.decision}`);
};

describe('the trail of a running host', () => {
  it('is listed newest first, page by page, without a gap and by filter', async () => {
    await until(
      async () => (await api().get('/api/audit?action=delivery.finished')).body.items.length,
      (count) => count === 4,
      'four deliveries',
    );
    const all = (await api().get('/api/audit?limit=500')).body.items as { seq: number }[];
    const paged: { seq: number }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await api().get(`/api/audit?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
      paged.push(...body.items);
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(all);
    expect(paged.at(-1)).toMatchObject({ seq: 1, action: 'audit.chain_started' });
    const decided = (await api().get('/api/audit?action=message.decided&channel_id=telegram')).body.items;
    expect(decided).toHaveLength(4);
    expect((await api().get(`/api/audit?subject=${decided[0].subject}`)).body.items).toEqual([decided[0]]);
    expect((await api().get('/api/audit?from=2999-01-01')).body).toEqual({ items: [], next_cursor: null });
  });

  it.each(['from=yesterday', 'cursor=1&after=1', 'cursor=-1', 'limit=0', 'acton=x'])('refuses ?%s', async (query) => {
    expect(await api().get(`/api/audit?${query}`)).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMS' } });
  });

  it('needs a token', async () => {
    for (const at of ['/api/audit', '/api/audit/verify']) expect((await adminApi(host, { token: null }).get(at)).status).toBe(401);
  });

  it('is verified by API and by command while it is written; whoever asks at the same time gets one answer', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => api().get('/api/audit/verify')));
    for (const { status, body } of answers)
      expect({ status, ok: body.ok, head_faults: body.head_faults }).toEqual({ status: 200, ok: true, head_faults: [] });
    const [, verified] = await Promise.all([say(1, 'meanwhile'), agentos(room.home, ['audit', 'verify', '--json'])]);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.json<{ rows: number }>().rows).toBeGreaterThan(8);
  });

  it('ends with a signed head, in the file and in the log, and goes on after a restart without allowed traffic', async () => {
    expect(await host.stop()).toBe(0);
    const heads = readFileSync(path.join(room.home.dir, 'store/audit-heads.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => parseStatement(line));
    expect(host.log).toContainEqual(expect.objectContaining({ audit: heads.at(-1) }));
    const db = await openConnection(path.join(room.home.dir, 'store/agentos.db'), { readonly: true });
    const last = await db.get<{ chain_id: string; seq: number; hash: string }>('SELECT * FROM audit_commits ORDER BY seq DESC LIMIT 1');
    const newest = await db.get<{ seq: number }>('SELECT max(seq) AS seq FROM audit');
    await db.close();
    expect(heads.at(-1)).toMatchObject({ chain_id: last?.chain_id, seq: last?.seq, hash: last?.hash });

    host = await start({ AUDIT_LOG_ENABLED: 'false' });
    const before = newest?.seq as number;
    const sentCount = async (): Promise<number> => (await api().get('/api/deliveries?state=sent&limit=500')).body.items.length;
    const answered = await sentCount();
    await say(1, 'allowed');
    await say(1, 'refused', inGroup);
    await until(sentCount, (count) => count === answered + 1, 'the answer to what was allowed');
    await until(
      () => actionsAfter(before),
      (actions) => actions.includes('message.decided ignored'),
      'the refusal',
    );
    await api().post('/api/channels/telegram/disable');
    await api().post('/api/channels/telegram/enable');
    const actions = await actionsAfter(before);
    expect(actions).toEqual(expect.arrayContaining(['channel.disabled disabled', 'channel.enabled enabled']));
    expect(actions.filter((action) => /dispatched|answered|sent/.test(action))).toEqual([]);
    expect((await api().get('/api/audit/verify')).body).toMatchObject({ ok: true, chains: [{ chain_id: last?.chain_id }] });
  });

  it('that was changed by somebody else is told, by commit and row', async () => {
    const db = await openConnection(path.join(room.home.dir, 'store/agentos.db'));
    await db.exec('PRAGMA busy_timeout = 5000');
    await db.exec(`UPDATE audit SET decision = 'rejected' WHERE seq = (SELECT min(seq) FROM audit WHERE action = 'message.decided')`);
    await db.close();
    const { body } = await api().get('/api/audit/verify');
    expect(body).toMatchObject({ ok: false, broken: { what: 'changed', row: { seq: expect.any(Number) } } });
    const verified = await agentos(room.home, ['audit', 'verify']);
    expect(verified).toMatchObject({ code: 1, stderr: expect.stringContaining(`commit ${body.broken.commit_seq}:`) });
  });
});
