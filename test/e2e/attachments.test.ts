/** Files that people send, on the built host: how an operator gets them, how they go on to others, and what is never fetched. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, adminApi, inboundThat } from '../support/admin-api.ts';
import { API_KEY, adapterSource, type ChatService, folderEntry, folderManifest, startChatService } from '../support/folder-plugin.ts';
import { type RunningHost, startHost } from '../support/home.ts';
import { makeTelegramHome, SECRET, type TelegramHome, TOKEN, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';

const ID = 'drive';
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0x0d, 0x0a]);
const LIMIT = 1000;

/** `attachment` takes the ref for a path of the platform; a ref that is JSON is the request itself. */
const TOP = `
const request = (ref: string): any => ref.startsWith('{') ? JSON.parse(ref) : { url: ORIGIN + ref };`;
const RECEIVE = `
    const { id, chat, attachments } = JSON.parse(JSON.parse(event.body).text);
    return [{ ...message(id, chat, 'files'), attachments }];
  }
  async attachment(ref: string): Promise<any> {
    if (ref === 'throws') throw new Error('no such file here');
    return request(ref);`;
const SEND = `
    const response = await this.context.fetch(ORIGIN + '/upload', {
      method: 'POST',
      multipart: outbound.attachments.map((one, index) => ({ name: 'file' + index, attachment: index })),
    });
    return { status: 'sent', platform_message_id: 'u' + response.status };`;

interface Request {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  bytes: Buffer;
}

const startServer = async (answer: (request: Request, response: ServerResponse) => void) => {
  const requests: Request[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = { method: incoming.method, url: incoming.url, headers: incoming.headers, bytes: Buffer.concat(chunks) };
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
};

let room: TelegramHome;
let service: ChatService;
let stranger: Awaited<ReturnType<typeof startServer>>;
let platform: Awaited<ReturnType<typeof startServer>>;
let host: RunningHost;
let sent = 0;

beforeAll(async () => {
  [room, service] = [await makeTelegramHome(), await startChatService()];
  stranger = await startServer((_request, response) => response.end('from elsewhere'));
  platform = await startServer(({ url }, response) => {
    if (url === '/stored') response.end(PNG);
    else if (url === '/large') response.end(Buffer.alloc(LIMIT + 1));
    else if (url === '/moved') response.writeHead(302, { location: `${stranger.url}/moved` }).end();
    else if (url === '/upload') response.end('{}');
    else response.writeHead(404).end();
  });
  room.home.write('config/security_policy.json', {
    rate_limits: { max_requests_per_user: 1_000_000, time_window_seconds: 60 },
    egress: { allow_private: [room.telegram.url, platform.url, stranger.url].map((url) => new URL(url).host) },
  });
  room.home.write(`store/channels/${ID}/manifest.json`, {
    ...folderManifest(ID, platform.url),
    capabilities: ['text', 'documents', 'images'],
    limits: { media: { document: { max_bytes: LIMIT } } },
  });
  room.home.write(`store/channels/${ID}/adapter.ts`, adapterSource(platform.url, { top: TOP, receive: RECEIVE, send: SEND }));
  room.home.write('config/channels.json', {
    telegram: { config: { api_base_url: room.telegram.url } },
    [ID]: folderEntry(platform.url, { approved: true }),
  });
  host = await startHost(room.home, { env: { ...room.env, AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN }, running: ['telegram', ID] });
});
afterAll(async () => {
  await host.stop();
  await Promise.all([room.telegram.close(), service.close(), stranger.close(), platform.close()]);
  room.home.remove();
});

/** Somebody sends a file to the Telegram bot; the id of the attachment. */
const sendToBot = async (document: object, bytes: Buffer = PNG): Promise<string> => {
  const number = ++sent;
  room.telegram.addFile(`file${number}`, bytes, `documents/a file ${number}`);
  const update = textUpdate(number, '', 50, { text: undefined, document: { file_id: `file${number}`, ...document } });
  expect(await room.telegram.deliver(room.webhook(host), update, { secret: SECRET })).toMatchObject({ status: 200 });
  const message = await inboundThat(host, '50', ({ message_id }) => message_id === `50:${number}`);
  return message.attachments[0]?.id as string;
};

/** Somebody sends these to the folder plugin's channel; their ids. */
const sendToDrive = async (...attachments: object[]): Promise<string[]> => {
  const id = `d${++sent}`;
  const text = JSON.stringify({ id, chat: 'drive', attachments });
  expect(await service.deliver(host, ID, { id, chat: 'drive', text })).toBe(200);
  const message = await inboundThat(host, 'drive', ({ message_id }) => message_id === id);
  return message.attachments.map(({ id: named }) => named as string);
};

const get = (id: string, token = ADMIN_TOKEN): Promise<Response> =>
  fetch(`${host.url}/api/attachments/${encodeURIComponent(id)}`, { headers: { authorization: `Bearer ${token}` } });
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
const problemOf = async (id: string) => {
  const response = await get(id);
  return { status: response.status, ...((await response.json()) as { code: string; detail: string }) };
};
const mode = async (to: string): Promise<void> => {
  expect((await adminApi(host).post('/api/network-mode', { mode: to, reason: 'a test' })).status).toBe(200);
};

describe('a file that somebody sent to a Telegram bot', () => {
  it('is a download with its name and type, which no browser runs; its address with the token stays with the host', async () => {
    const id = await sendToBot({ file_name: 'plan.pdf', mime_type: 'application/pdf' });
    expect(id).toMatch(/^[0-9A-Z]{26}\.0$/);
    const response = await get(id);
    expect([response.status, Object.fromEntries(response.headers)]).toMatchObject([
      200,
      {
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename="plan.pdf"; filename*=UTF-8''plan.pdf`,
        'content-security-policy': 'sandbox',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-length': String(PNG.length),
      },
    ]);
    expect(await bytesOf(response)).toEqual(PNG);
    expect(room.telegram.calls.at(-1)?.path).toBe(`/file/bot${TOKEN}/documents/a%20file%20${sent}`);
    expect(JSON.stringify(host.log)).not.toContain(TOKEN);
  });

  it('whose name and type are hostile gets a harmless name, and a type that is one', async () => {
    const hostile = await sendToBot({ file_name: '../../etc/"x"\r\nset-cookie: a=b; \u202Efdp.exe', mime_type: 'text/html\r\nx: y' });
    const { headers } = await get(hostile);
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="_x_set-cookie: a=b; fdp\.exe"; filename\*=UTF-8''/);
    expect([headers.get('content-type'), headers.get('set-cookie'), headers.get('x')]).toEqual(['application/octet-stream', null, null]);
    const foreign = await get(await sendToBot({ file_name: 'Übersicht 計画.txt', mime_type: 'text/html' }));
    expect(foreign.headers.get('content-disposition')).toBe(
      `attachment; filename="_bersicht __.txt"; filename*=UTF-8''${encodeURIComponent('Übersicht 計画.txt')}`,
    );
    expect(foreign.headers.get('content-security-policy')).toBe('sandbox');
    expect((await get(await sendToBot({ file_name: '..' }))).headers.get('content-disposition')).toContain('filename="document"');
  });

  it('that the platform does not give is 502 with its word, and what is no attachment is 404', async () => {
    const id = await sendToBot({ file_name: 'gone' });
    room.telegram.script.next('getFile', {
      kind: 'answer',
      status: 400,
      body: { ok: false, error_code: 400, description: 'file is too big' },
    });
    expect(await problemOf(id)).toMatchObject({ status: 502, code: 'ATTACHMENT_UNAVAILABLE', detail: expect.stringContaining('too big') });
    room.telegram.script.next('file', { kind: 'answer', status: 404, body: {} });
    expect(await problemOf(id)).toMatchObject({ status: 502, detail: expect.stringContaining('404') });
    const [message] = id.split('.');
    for (const wrong of [`${message}.1`, `${message}.x`, message as string, `${message}.0.0`, '01ARZ3NDEKTSV4RRFFQ69G5FAV.0', '../x'])
      expect(await problemOf(wrong)).toMatchObject({ status: 404, code: expect.stringMatching(/NOT_FOUND/) });
  });

  it('is had in on and readonly, and not in off: then nobody is asked', async () => {
    const id = await sendToBot({ file_name: 'a' });
    await mode('readonly');
    expect((await get(id)).status).toBe(200);
    await mode('off');
    const calls = room.telegram.calls.length;
    expect(await problemOf(id)).toMatchObject({ status: 403, code: 'NETWORK_MODE_BLOCKED' });
    expect(room.telegram.calls).toHaveLength(calls);
    await mode('on');
    expect((await get(id)).status).toBe(200);
  });
});

describe("a plugin's word on where a file lies", () => {
  it('is a request of the plugin: with its credentials, to its origins only, and a GET', async () => {
    const [stored, elsewhere, written, thrown] = await sendToDrive(
      { type: 'document', ref: '/stored' },
      { type: 'document', ref: JSON.stringify({ url: `${stranger.url}/asked` }) },
      { type: 'document', ref: JSON.stringify({ url: `${platform.url}/delete`, method: 'POST' }) },
      { type: 'document', ref: 'throws' },
    );
    expect(await bytesOf(await get(stored as string))).toEqual(PNG);
    expect(platform.requests.at(-1)).toMatchObject({ method: 'GET', url: '/stored', headers: { authorization: `Bearer ${API_KEY}` } });
    const before = platform.requests.length;
    expect(await problemOf(elsewhere as string)).toMatchObject({ status: 502, detail: expect.stringContaining('is not granted') });
    expect(await problemOf(written as string)).toMatchObject({ status: 502, detail: expect.stringContaining('by GET') });
    expect(await problemOf(thrown as string)).toMatchObject({ status: 502, detail: expect.stringContaining('no such file here') });
    expect([platform.requests.length, stranger.requests]).toEqual([before, []]);
  });

  it('holds for an address that a message states too: it is no way out that was not granted', async () => {
    const [own, foreign] = await sendToDrive(
      { type: 'document', url: `${platform.url}/stored` },
      { type: 'document', url: `${stranger.url}/?said=secret` },
    );
    expect(await bytesOf(await get(own as string))).toEqual(PNG);
    expect(await problemOf(foreign as string)).toMatchObject({ status: 502, detail: expect.stringContaining('is not granted') });
    expect(stranger.requests).toEqual([]);
  });

  it('leads no further by a redirect to an origin that was not granted, and to no file larger than the manifest says', async () => {
    const [moved, large, larger] = await sendToDrive(
      { type: 'document', ref: '/moved' },
      { type: 'document', ref: '/large' },
      { type: 'image', ref: '/large' },
    );
    expect(await problemOf(moved as string)).toMatchObject({ status: 502, detail: expect.stringContaining('REDIRECT_REFUSED') });
    expect(stranger.requests).toEqual([]);
    expect(await problemOf(large as string)).toMatchObject({ status: 413, code: 'TOO_LARGE' });
    expect(await bytesOf(await get(larger as string))).toHaveLength(LIMIT + 1);
  });
});

it('what somebody sent to one channel goes out by another, named by its id: the plugin that sends it sees no byte', async () => {
  const id = await sendToBot({ file_name: 'photo.png', mime_type: 'image/png' });
  const attachments = [{ type: 'image', ref: id, file_name: 'photo.png', mime_type: 'image/png' }];
  const { status, body } = await adminApi(host).post('/api/messages', { channel_id: ID, conversation_key: 'to somebody', attachments });
  expect(status).toBe(202);
  const { bytes, headers } = await until(
    () => platform.requests.findLast(({ url }) => url === '/upload') as Request,
    (request) => request?.bytes.includes(PNG) === true,
    'the upload',
  );
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': String(headers['content-type']) } }).formData();
  const file = form.get('file0') as File;
  expect([file.name, file.type, Buffer.from(await file.arrayBuffer())]).toEqual(['photo.png', 'image/png', PNG]);
  await until(
    async () => (await adminApi(host).get(`/api/messages/${body.id}`)).body.state,
    (state) => state === 'sent',
    'it is sent',
  );
});
