/** A person on the built host: exported, erased while it runs, refused when repeated, and absent from the backup of the day before. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, messagesOf } from '../support/admin-api.ts';
import { agentos, type RunningHost, startHost } from '../support/home.ts';
import { saidTo } from '../support/telegram-chats.ts';
import { makeTelegramHome, SECRET, type TelegramHome, textUpdate } from '../support/telegram-home.ts';

let room: TelegramHome;
let host: RunningHost;
let backups: string;
const ADA = '70000001';
const BOB = '70000002';

const start = () => startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram'] });
const command = (...args: string[]) => agentos(room.home, args, room.env);
const say = (update: number, chat: string, text: string) =>
  room.telegram.deliver(room.webhook(host), textUpdate(update, text, Number(chat)), { secret: SECRET });
const everyText = async () => (await messagesOf(host)).map(({ text }) => text);

beforeAll(async () => {
  room = await makeTelegramHome();
  backups = path.join(room.home.dir, 'backups');
  host = await start();
  await say(1, ADA, 'ada says something private');
  await say(2, BOB, 'bob says something else');
  await saidTo(room.telegram, Number(ADA), 1);
  await saidTo(room.telegram, Number(BOB), 1);
});
afterAll(async () => {
  await host.stop();
  await room.telegram.close();
  room.home.remove();
});

describe('on a running host', () => {
  it('a person is exported, to the terminal or into a file of its owner', async () => {
    const printed = await command('user', 'export', '--channel', 'telegram', '--user', ADA);
    expect(
      printed.json<{ messages: { direction: string; text: string }[] }>().messages.map(({ direction, text }) => [direction, text]),
    ).toEqual([
      ['inbound', 'ada says something private'],
      ['outbound', 'ada says something private'],
    ]);
    const file = path.join(room.home.dir, 'ada.json');
    expect((await command('user', 'export', '--channel', 'telegram', '--user', ADA, '--out', file)).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8')).user_key).toBe(ADA);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await adminApi(host).get(`/api/users/telegram/${ADA}`)).body.messages).toHaveLength(2);
    expect((await adminApi(host, { token: null }).get(`/api/users/telegram/${ADA}`)).status).toBe(401);
    expect((await adminApi(host).get('/api/users/telegram/nobody')).status).toBe(404);
  });

  it('a backup is made, with its keys apart', async () => {
    const made = (await command('backup', backups, '--json')).json<{ file: string; manifest: { database: { sha256: string } } }>();
    expect(made.manifest.database.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(readdirSync(backups).sort()).toEqual([path.basename(made.file), path.basename(made.file).replace('.db', '.json'), 'keys']);
  });

  it('an erasure needs --yes, says what it did and what it does not reach', async () => {
    expect((await command('user', 'erase', '--channel', 'telegram', '--user', ADA)).code).toBe(2);
    const erased = await command('user', 'erase', '--channel', 'telegram', '--user', ADA, '--yes');
    expect(erased).toMatchObject({ code: 0, stderr: '' });
    for (const line of [
      /messages in\s+1$/m,
      /messages out\s+1$/m,
      /keys backups renewed\s+.*backups$/m,
      /^not reached:\n- what a plugin keeps/m,
    ])
      expect(erased.stdout).toMatch(line);
    expect((await command('user', 'erase', '--channel', 'telegram', '--user', ADA, '--yes')).stderr).toContain('NOT_FOUND');
    expect(await everyText()).not.toContain('ada says something private');
    expect(await everyText()).toContain('bob says something else');
  });

  it('what the platform sends again stays refused; what the person writes anew is answered', async () => {
    expect(await say(1, ADA, 'ada says something private')).toMatchObject({ status: 200 });
    await say(3, ADA, 'ada is back');
    await saidTo(room.telegram, Number(ADA), 2);
    expect((await everyText()).filter((text) => text?.startsWith('ada'))).toEqual(['ada is back', 'ada is back']);
  });

  it('the key is changed, and everything goes on', async () => {
    const rotated = (await command('secrets', 'rotate', '--json')).json<{ key_id: string; keys_backups: string[] }>();
    expect(rotated.keys_backups).toEqual([backups]);
    await say(4, BOB, 'bob after the change');
    await saidTo(room.telegram, Number(BOB), 2);
    expect(await everyText()).toEqual(expect.arrayContaining(['bob says something else', 'bob after the change', 'ada is back']));
    expect(readFileSync(path.join(backups, 'keys/host.key'), 'utf8')).toBe(
      readFileSync(path.join(room.home.dir, 'store/keys/host.key'), 'utf8'),
    );
  });

  it('secrets are listed without their values', async () => {
    const listed = (await command('secrets', 'list', '--json')).json<{ name: string; has_value: boolean }[]>();
    const state = Object.fromEntries(listed.map(({ name, has_value }) => [name, has_value]));
    expect(state).toMatchObject({
      AGENTOS_ADMIN_TOKEN: true,
      TELEGRAM_BOT_TOKEN: true,
      AGENT_SECRET: false,
      'channels.telegram.bot_token': true,
    });
    expect(state).not.toHaveProperty('LOG_LEVEL');
    expect(JSON.stringify(listed)).not.toContain(room.env.TELEGRAM_BOT_TOKEN);
  });

  it('nothing is restored under it', async () => {
    expect(await command('restore', backups)).toMatchObject({ code: 1, stderr: expect.stringContaining('HOME_IN_USE') });
  });
});

it('a restore of the backup from before keeps the person erased, and the host runs on it', async () => {
  await host.stop();
  const restored = (await command('restore', backups, '--json')).json<{ erased_again: number; kept: string; unfinished: object[] }>();
  expect(restored).toMatchObject({ erased_again: 1, unfinished: [] });
  host = await start();
  const texts = await everyText();
  expect(texts).toContain('bob says something else');
  expect(texts.filter((text) => text?.startsWith('ada'))).toEqual([]);
  expect((await adminApi(host).get(`/api/users/telegram/${ADA}`)).status).toBe(404);
  await say(1, ADA, 'ada says something private');
  await say(5, BOB, 'bob goes on');
  await saidTo(room.telegram, Number(BOB), 3);
  expect((await everyText()).filter((text) => text?.startsWith('ada'))).toEqual([]);
});
