/** `slack` as it runs, against a simulated Web API. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeSlack, startFakeSlack } from '../../../fakes/slack-web-api.ts';
import { useSandbox } from '../../../host/sandbox/fixture.ts';
import { type RunningConnector, runConnector } from '../confined-connector.ts';

const { sandbox } = useSandbox();
const TOKEN = 'bot-token-of-the-test';
const CHANNEL = 'C0123456789';
let slack: FakeSlack;
let connector: RunningConnector;

const run = (bot_token: string) =>
  runConnector(sandbox(), 'slack', {
    config: { api_base_url: `${slack.url}/api`, upload_base_url: slack.url },
    secrets: { bot_token },
    policy: { allow_private: [new URL(slack.url).host] },
  });

beforeEach(async () => {
  slack = await startFakeSlack({ token: TOKEN, channels: [CHANNEL] });
  connector = await run(TOKEN);
});
afterEach(() => slack.close());

const send = (params: object = {}) => connector.execute('send_message', { channel: CHANNEL, text: 'hi', ...params });
const refused = (message: string) => ({ ok: false, fault: 'threw', code: 'CONNECTOR_ERROR', message: expect.stringContaining(message) });

describe('send_message', () => {
  it('posts into a channel or a thread, every letter as it is', async () => {
    expect(await connector.result('send_message', { channel: CHANNEL, text: '*Tea* & <!channel> <https://a.example|b> 😀' })).toEqual({
      channel: CHANNEL,
      ts: '1735787045.000001',
    });
    await connector.result('send_message', { channel: CHANNEL, text: 'more', thread_ts: '1735787045.000001' });
    expect(slack.posted).toEqual([
      { channel: CHANNEL, text: '*Tea* &amp; &lt;!channel&gt; &lt;https://a.example|b&gt; 😀' },
      { channel: CHANNEL, text: 'more', thread_ts: '1735787045.000001' },
    ]);
  });

  it('has the token in its header and nowhere else', async () => {
    await send();
    const [call] = slack.calls;
    expect(call?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(`${call?.path}${call?.body}`).not.toContain(TOKEN);
    expect(JSON.stringify(connector.placeholders)).not.toContain(TOKEN);
    const { bot_token } = connector.placeholders;
    expect(await send({ text: `my token is ${bot_token}` })).toMatchObject({ ok: false, code: 'SECRET_MISPLACED' });
  });

  it('says what Slack refused, and what mends it', async () => {
    expect(await send({ channel: 'C0' })).toMatchObject(refused('channel_not_found (there is no such channel'));
    slack.scopes.delete('chat:write');
    expect(await send()).toMatchObject(refused('missing_scope (the bot lacks the scope chat:write)'));
    slack.script.next('chat.postMessage', { kind: 'answer', status: 200, body: { ok: false, error: 'some_new_error' } });
    expect(await send()).toMatchObject(refused('Slack refused: some_new_error'));
    slack.script.next('chat.postMessage', { kind: 'rate_limited', retry_after: 30 });
    expect(await send()).toMatchObject(refused('Slack answered 429; again in 30 s'));
    slack.script.next('chat.postMessage', { kind: 'html', status: 503 });
    expect(await send()).toMatchObject(refused('Slack answered 503'));
    slack.script.next('chat.postMessage', { kind: 'invalid_json' });
    expect(await send()).toMatchObject(refused('no JSON'));
  });
});

describe('upload_file', () => {
  it('brings bytes and texts into a channel, without the token in the second step', async () => {
    const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, n) => n % 256));
    const file = await connector.result('upload_file', {
      channel: CHANNEL,
      file_name: 'leaf.bin',
      content_base64: bytes.toString('base64'),
      comment: 'look & see',
      thread_ts: '1.2',
    });
    expect(file).toEqual({ file_id: 'F1', file_name: 'leaf.bin', size_bytes: 400_000, permalink: 'https://tea.slack.example/files/F1' });
    await connector.result('upload_file', { channel: CHANNEL, file_name: 'tee.txt', content: 'grüner Tee 😀', title: 'Tee' });
    expect(slack.shared).toEqual([
      {
        id: 'F1',
        filename: 'leaf.bin',
        title: 'leaf.bin',
        bytes,
        channel_id: CHANNEL,
        initial_comment: 'look &amp; see',
        thread_ts: '1.2',
      },
      { id: 'F2', filename: 'tee.txt', title: 'Tee', bytes: Buffer.from('grüner Tee 😀'), channel_id: CHANNEL },
    ]);
    expect(slack.calls.filter(({ method }) => method === 'upload').map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('ends at the step that was refused', async () => {
    slack.script.next('upload', { kind: 'answer', status: 500, body: 'broken' });
    const file = { channel: CHANNEL, file_name: 'a.txt', content: 'x' };
    expect(await connector.execute('upload_file', file)).toMatchObject(refused("Slack's upload answered 500"));
    expect(await connector.execute('upload_file', { ...file, channel: 'C0' })).toMatchObject(refused('channel_not_found'));
    expect(slack.shared).toEqual([]);
  });

  it('never goes to an address that was not granted, whatever Slack says', async () => {
    const answer = { ok: true, upload_url: 'https://evil.example/upload', file_id: 'F1' };
    slack.script.next('files.getUploadURLExternal', { kind: 'answer', status: 200, body: answer });
    const file = { channel: CHANNEL, file_name: 'a.txt', content: 'x' };
    expect(await connector.execute('upload_file', file)).toMatchObject({ ok: false, code: 'NETWORK_NOT_GRANTED' });
  });

  it.each([{}, { content: 'a', content_base64: 'YQ==' }, { content_base64: '§' }, { content: '' }])('%j is no file', async (content) => {
    const result = await connector.execute('upload_file', { channel: CHANNEL, file_name: 'a', ...content });
    expect(result).toMatchObject({ ok: false, code: 'INVALID_PARAMS' });
    expect(slack.calls).toEqual([]);
  });
});

it('is well while Slack takes the token', async () => {
  expect(await connector.adapter.call('healthCheck', [])).toEqual({ ok: true, value: true });
  const other = await run('another-bot-token');
  expect(await other.adapter.call('healthCheck', [])).toEqual({ ok: true, value: false });
});
