import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createUrlSource } from '../../../host/capabilities/attachment-url.ts';
import { type AttachmentDeps, createAttachments } from '../../../host/capabilities/attachments.ts';
import { safeFileName } from '../../../host/capabilities/multipart.ts';
import type { Egress } from '../../../host/egress/egress.ts';
import type { NetworkPermission } from '../../../schemas/manifest.ts';
import type { Attachment } from '../../../schemas/message.ts';
import { openEgress } from '../egress/harness.ts';
import { startHttp, startRaw, type TestServer } from '../egress/servers.ts';
import { openFetch } from './harness.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0x0d, 0x0a]);

const startFiles = (files: Record<string, Buffer> = {}) =>
  startHttp((request, response) => {
    const bytes = files[request.url ?? ''];
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });

interface Setup {
  platform: TestServer;
  files: TestServer;
  messages: Record<string, Attachment[]>;
  media?: AttachmentDeps['media'];
  network?: Omit<NetworkPermission, 'url'>;
  secrets?: Record<string, string>;
  allowed?: () => boolean | string;
  egress?: Egress;
}

const open = ({ platform, files, messages, media, network = {}, egress: given, ...options }: Setup) => {
  const egress = given ?? openEgress({ policy: { allow_private: [platform.authority, files.authority] } });
  const attachmentsOf = async (id: string) => messages[id] ?? null;
  return openFetch({
    egress,
    network: [{ url: platform.origin, ...network }],
    attachments: ({ sending }) =>
      createAttachments({ attachmentsOf, sending, sources: [createUrlSource(egress)], ...(media ? { media } : {}) }),
    ...options,
  });
};

/** Read by a parser that is not ours. */
const formOf = (server: TestServer, at = 0): Promise<FormData> => {
  const { bytes, headers } = server.requests[at] as TestServer['requests'][number];
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': String(headers['content-type']) } }).formData();
};
const fileOf = (form: FormData, name: string): File => form.get(name) as File;
const bytesOf = async (file: File) => Buffer.from(await file.arrayBuffer());
const image = (files: TestServer, path: string, part: Partial<Attachment> = {}): Attachment => ({
  type: 'image',
  url: files.origin + path,
  ...part,
});
const ok = () => startHttp((_request, response) => response.end('{}'));

describe('a multipart body', () => {
  test('holds texts and the bytes of attachments, by ref and by place, as any parser reads it', async () => {
    const [platform, files] = [await ok(), await startFiles({ '/a.png': PNG, '/b': Buffer.from('second') })];
    const messages = { m1: [image(files, '/a.png', { ref: 'first', file_name: 'chart.png', mime_type: 'image/png' }), image(files, '/b')] };
    const plugin = open({ platform, files, messages });
    const multipart = [
      { name: 'chat_id', value: '7' },
      { name: 'té"xt', value: 'grüße\r\n--boundary' },
      { name: 'photo', attachment: 'first' },
      { name: 'other', attachment: 1, file_name: 'ü "b".txt', mime_type: 'text/plain; charset=utf-8' },
    ];
    expect(await plugin.fetch({ url: `${platform.origin}/send`, method: 'POST', multipart }, 'm1')).toMatchObject({ status: 200 });
    const form = await formOf(platform);
    expect([form.get('chat_id'), form.get('té"xt')]).toEqual(['7', 'grüße\r\n--boundary']);
    const [photo, other] = [fileOf(form, 'photo'), fileOf(form, 'other')];
    expect([photo.name, photo.type, await bytesOf(photo)]).toEqual(['chart.png', 'image/png', PNG]);
    expect([other.name, other.type, await other.text()]).toEqual(['ü "b".txt', 'text/plain; charset=utf-8', 'second']);
  });

  test('carries the credentials of its grant, in the header and in a field, and a placeholder nowhere else', async () => {
    const [platform, files] = [await ok(), await startFiles()];
    const network = {
      credentials: [
        { secret: 'token', at: 'header:authorization', form: 'Bearer {}' },
        { secret: 'key', at: 'body:api_key', path: '/send' },
      ],
    };
    const plugin = open({ platform, files, messages: {}, network, secrets: { token: 'the real token', key: 'the real key' } });
    const send = (path: string, multipart: unknown) => ({ url: platform.origin + path, method: 'POST', multipart });
    await plugin.fetch(send('/send', [{ name: 'api_key', value: plugin.placeholder('key') }]));
    expect((await formOf(platform)).get('api_key')).toBe('the real key');
    expect(platform.requests[0]?.headers.authorization).toBe('Bearer the real token');
    const [key, token] = [plugin.placeholder('key'), plugin.placeholder('token')];
    for (const [path, parts] of [
      ['/send', [{ name: 'text', value: `say ${key}` }]],
      ['/send', [{ name: 'api_key', value: token }]],
      ['/other', [{ name: 'api_key', value: key }]],
      ['/send', [{ name: key, value: 'x' }]],
      ['/send', [{ name: 'f', attachment: key }]],
      ['/send', [{ name: 'f', attachment: 'a', file_name: token }]],
    ] as const) {
      expect(await plugin.refusal(send(path, parts))).toMatchObject({ code: 'SECRET_MISPLACED' });
    }
    expect(platform.requests).toHaveLength(1);
  });

  test.each([
    ['a name with a line break', [{ name: 'a\r\nX-Evil: 1', value: 'x' }]],
    ['a name with NUL', [{ name: 'a\u0000', value: 'x' }]],
    ['a file name with a line break', [{ name: 'a', attachment: 'first', file_name: 'x\r\nContent-Type: text/html' }]],
    ['a type with a line break', [{ name: 'a', attachment: 'first', mime_type: 'a/b\r\nX: y' }]],
    ['a type that is none', [{ name: 'a', attachment: 'first', mime_type: 'png' }]],
    ['a path', [{ name: 'a', path: '/etc/passwd' }]],
    ['a value and an attachment', [{ name: 'a', value: 'x', attachment: 'first' }]],
    ['a value that is no text', [{ name: 'a', value: 7 }]],
    ['an empty name', [{ name: '', value: 'x' }]],
    ['no part', []],
    ['a place below zero', [{ name: 'a', attachment: -1 }]],
  ])('is refused with %s', async (_, multipart) => {
    const [platform, files] = [await ok(), await startFiles({ '/a': PNG })];
    const plugin = open({ platform, files, messages: { m1: [image(files, '/a', { ref: 'first' })] } });
    expect(await plugin.refusal({ url: platform.origin, method: 'POST', multipart }, 'm1')).toMatchObject({ code: 'INVALID_PARAMS' });
    expect([platform.requests, files.requests]).toEqual([[], []]);
  });

  test('is refused beside another body, with a content-type of its own, and in a GET', async () => {
    const [platform, files] = [await ok(), await startFiles()];
    const plugin = open({ platform, files, messages: {} });
    const multipart = [{ name: 'a', value: 'b' }];
    for (const more of [
      { method: 'POST', body: 'x' },
      { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } },
      {},
    ]) {
      expect(await plugin.refusal({ url: platform.origin, multipart, ...more })).toMatchObject({ code: 'INVALID_PARAMS' });
    }
  });

  test('takes what an agent named a file as a name only', async () => {
    const [platform, files] = [await ok(), await startFiles({ '/a': PNG })];
    const file_name = '../../etc/pass\r\nX-Evil: 1\r\n\r\nwd".png\u202e';
    const messages = { m1: [image(files, '/a', { ref: 'first', file_name, mime_type: 'image/png\r\nX-Evil: 1' })] };
    await open({ platform, files, messages }).fetch(
      { url: platform.origin, method: 'POST', multipart: [{ name: 'f', attachment: 'first' }] },
      'm1',
    );
    expect(platform.requests[0]?.body).not.toMatch(/^X-Evil/m);
    const file = fileOf(await formOf(platform), 'f');
    expect([file.name, file.type]).toEqual(['passX-Evil: 1wd".png', 'application/octet-stream']);
  });

  test.each([
    [null, 'file'],
    ['', 'file'],
    ['..', 'file'],
    ['a/b\\c.txt', 'c.txt'],
    ['/etc/', 'file'],
    ['C:\\x\\y.doc', 'y.doc'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['x'.repeat(300), 'x'.repeat(255)],
    ['a\ud800b', 'a\ufffdb'],
  ])('calls the file %j %j', (given, name) => {
    expect(safeFileName(given)).toBe(name);
  });
});

describe('an attachment', () => {
  const attach = (platform: TestServer, attachment: unknown) => ({
    url: platform.origin,
    method: 'POST',
    multipart: [{ name: 'f', attachment }],
  });

  test('is one of the message that is being sent, and of no other', async () => {
    const [platform, files] = [await ok(), await startFiles({ '/mine': PNG, '/theirs': PNG })];
    const messages = { mine: [image(files, '/mine', { ref: 'own' })], theirs: [image(files, '/theirs', { ref: 'foreign' })] };
    const plugin = open({ platform, files, messages });
    for (const named of ['foreign', files.origin, '/etc/passwd', '../host.key', 'file:///etc/passwd', 1, 99]) {
      expect(await plugin.refusal(attach(platform, named), 'mine')).toMatchObject({ code: 'ATTACHMENT_UNKNOWN' });
    }
    expect(await plugin.refusal(attach(platform, 'own'), 'no such message')).toMatchObject({ code: 'ATTACHMENT_UNKNOWN' });
    expect(await plugin.refusal(attach(platform, 'own'), null)).toMatchObject({ code: 'ATTACHMENT_UNKNOWN' });
    expect([platform.requests, files.requests]).toEqual([[], []]);
  });

  test('can be named after an await: by its ref, and by its place when one message is being sent', async () => {
    const [platform, files] = [await ok(), await startFiles({ '/a': PNG, '/b': PNG })];
    const plugin = open({
      platform,
      files,
      messages: {
        a: [image(files, '/a', { ref: 'ra' })],
        b: [image(files, '/b', { ref: 'rb' })],
        over: [image(files, '/a', { ref: 'ro' })],
      },
    });
    plugin.tracker.begin('a');
    await plugin.fetch(attach(platform, 0), null);
    plugin.tracker.begin('b');
    await plugin.fetch(attach(platform, 'rb'), null);
    expect(await plugin.refusal(attach(platform, 0), null)).toMatchObject({
      code: 'ATTACHMENT_UNKNOWN',
      message: expect.stringContaining('ref'),
    });
    expect(await plugin.refusal(attach(platform, 'ro'), null)).toMatchObject({ code: 'ATTACHMENT_UNKNOWN' });
    expect(files.requests.map(({ url }) => url)).toEqual(['/a', '/b']);
  });

  test('is fetched without any credential, and never while the request itself is refused', async () => {
    const [platform, files] = [await ok(), await startFiles({ '/a': PNG })];
    const network = { methods: ['POST' as const], credentials: [{ secret: 'token', at: 'header:authorization', form: 'Bearer {}' }] };
    let mode: boolean | string = true;
    const plugin = open({
      platform,
      files,
      messages: { m: [image(files, '/a')] },
      network,
      secrets: { token: 'the real token' },
      allowed: () => mode,
    });
    await plugin.fetch(attach(platform, 0), 'm');
    expect(files.requests[0]).toMatchObject({ method: 'GET', body: '' });
    expect(files.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(files.requests[0]?.headers).not.toHaveProperty('cookie');
    expect(await plugin.refusal({ ...attach(platform, 0), method: 'PUT' }, 'm')).toMatchObject({ code: 'NETWORK_NOT_GRANTED' });
    mode = 'off';
    expect(await plugin.refusal(attach(platform, 0), 'm')).toMatchObject({ code: 'NETWORK_MODE_BLOCKED' });
    expect(files.requests).toHaveLength(1);
  });

  test('is not sent when the network mode changed while it was fetched', async () => {
    const platform = await ok();
    let mode: boolean | string = true;
    const files = await startHttp((_request, response) => {
      mode = 'The network mode is off.';
      response.end(PNG);
    });
    const plugin = open({ platform, files, messages: { m: [image(files, '/a')] }, allowed: () => mode });
    expect(await plugin.refusal(attach(platform, 0), 'm')).toMatchObject({ code: 'NETWORK_MODE_BLOCKED' });
    expect(platform.requests).toEqual([]);
  });

  test('is held to the limit of its kind, and to 20 MB without one', async () => {
    const [platform, files] = [
      await ok(),
      await startFiles({ '/a': Buffer.alloc(1001), '/big': Buffer.alloc(20 * 1024 * 1024 + 1), '/fits': Buffer.alloc(20 * 1024 * 1024) }),
    ];
    const messages = {
      m: [
        image(files, '/a'),
        image(files, '/a', { type: 'document' }),
        image(files, '/big', { type: 'audio' }),
        image(files, '/fits', { type: 'audio' }),
      ],
    };
    const plugin = open({ platform, files, messages, media: { image: { max_bytes: 1000 }, document: { max_bytes: 1001 } } });
    expect(await plugin.refusal(attach(platform, 0), 'm')).toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining('1000 bytes'),
    });
    expect(await plugin.fetch(attach(platform, 1), 'm')).toMatchObject({ status: 200 });
    expect(await plugin.refusal(attach(platform, 2), 'm')).toMatchObject({ code: 'TOO_LARGE' });
    expect(await plugin.fetch(attach(platform, 3), 'm')).toMatchObject({ status: 200 });
    expect(platform.requests.map(({ bytes }) => bytes.length > 1000)).toEqual([true, true]);
  });

  test('is bounded together with the others of its request', async () => {
    const platform = await ok();
    const big = Buffer.alloc(60 * 1024 * 1024);
    const files = await startFiles({ '/big': big });
    const messages = { m: [image(files, '/big')] };
    const plugin = open({ platform, files, messages, media: { image: { max_bytes: 1e12 } } });
    const multipart = [0, 0].map((attachment, index) => ({ name: `f${index}`, attachment }));
    expect(await plugin.refusal({ url: platform.origin, method: 'POST', multipart, timeout_ms: 60_000 }, 'm')).toMatchObject({
      code: 'TOO_LARGE',
    });
    expect(platform.requests).toEqual([]);
  });

  test.each([
    ['an address that is not public', 'http://127.0.0.1:9/x', 'SSRF_BLOCKED'],
    ['a name of this machine', 'http://localhost/x', 'SSRF_BLOCKED'],
    ['the metadata service of a cloud', 'http://169.254.169.254/latest', 'SSRF_BLOCKED'],
    ['another scheme', 'file:///etc/passwd', 'INVALID_PARAMS'],
    ['no url at all', null, 'ATTACHMENT_UNAVAILABLE'],
    ['a url that is none', 'http://', 'ATTACHMENT_UNAVAILABLE'],
  ])('is not fetched from %s', async (_, url, code) => {
    const [platform, files] = [await ok(), await startFiles()];
    const plugin = open({ platform, files, messages: { m: [{ type: 'image', ref: 'r', url }] } });
    expect(await plugin.refusal(attach(platform, 'r'), 'm')).toMatchObject({ code });
    expect(platform.requests).toEqual([]);
  });

  test('that is not there, or redirects elsewhere, fails with its reason', async () => {
    const platform = await ok();
    const elsewhere = await startFiles({ '/a': PNG });
    const files = await startHttp((request, response) =>
      request.url === '/gone' ? response.writeHead(404).end() : response.writeHead(302, { location: `${elsewhere.origin}/a` }).end(),
    );
    const egress = openEgress({ policy: { allow_private: [platform.authority, files.authority, elsewhere.authority] } });
    const plugin = open({ platform, files, egress, messages: { m: [image(files, '/gone'), image(files, '/away')] } });
    expect(await plugin.refusal(attach(platform, 0), 'm')).toMatchObject({
      code: 'ATTACHMENT_UNAVAILABLE',
      message: expect.stringContaining('404'),
    });
    expect(await plugin.refusal(attach(platform, 1), 'm')).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(elsewhere.requests).toEqual([]);
  });

  test('is no request that left: only the upload itself counts', async () => {
    const platform = await ok();
    const silent = await startRaw((socket) => void socket.once('data', () => socket.destroy()));
    const files = await startFiles({ '/a': PNG });
    const egress = openEgress({ policy: { allow_private: [platform.authority, files.authority, silent.authority] } });
    const messages = { m: [image(files, '/a'), { type: 'image' as const, url: `${silent.origin}/x` }] };
    const plugin = open({ platform, files, egress, messages });
    plugin.tracker.begin('m');
    expect(await plugin.refusal(attach(platform, 1), 'm')).toMatchObject({ code: 'RESET' });
    expect(plugin.tracker.end('m')).toBe('none');
    plugin.tracker.begin('m');
    await plugin.fetch(attach(platform, 0), 'm');
    expect(plugin.tracker.end('m')).toBe('answered');
  });

  test('waits while two other uploads hold theirs in memory', async () => {
    const release: (() => void)[] = [];
    const platform = await startHttp((_request, response) => void release.push(() => response.end('{}')));
    let fetched = 0;
    const files = await startHttp((_request, response) => {
      fetched += 1;
      response.end(PNG);
    });
    const plugin = open({ platform, files, messages: { m: [image(files, '/a')] } });
    const uploads = [1, 2, 3].map(() => plugin.fetch(attach(platform, 0), 'm'));
    await expect.poll(() => release.length, { timeout: 20_000 }).toBe(2);
    expect(fetched).toBe(2);
    release.shift()?.();
    await expect.poll(() => platform.requests.length, { timeout: 20_000 }).toBe(3);
    for (const each of release) each();
    expect(await Promise.all(uploads)).toHaveLength(3);
  });
});

describe('an answer in base64', () => {
  test('is byte for byte what came', async () => {
    const bytes = randomBytes(5_000);
    const [platform, files] = [await startHttp((_request, response) => response.end(bytes)), await startFiles()];
    const plugin = open({ platform, files, messages: {} });
    const { body } = await plugin.fetch({ url: platform.origin, response: 'base64' });
    expect(Buffer.from(body, 'base64')).toEqual(bytes);
  });

  test('shows no secret that the platform repeats', async () => {
    const secrets = { token: 'the reäl token' };
    const [platform, files] = [
      await startHttp((_request, response) => response.end(Buffer.concat([PNG, Buffer.from(`x${secrets.token}y`), PNG]))),
      await startFiles(),
    ];
    const plugin = open({ platform, files, messages: {}, secrets });
    const { body } = await plugin.fetch({ url: platform.origin, response: 'base64' });
    expect(Buffer.from(body, 'base64')).toEqual(Buffer.concat([PNG, Buffer.from(`x${plugin.placeholder('token')}y`), PNG]));
  });

  test('is refused as anything else', async () => {
    const [platform, files] = [await ok(), await startFiles()];
    expect(await open({ platform, files, messages: {} }).refusal({ url: platform.origin, response: 'blob' })).toMatchObject({
      code: 'INVALID_PARAMS',
    });
  });
});
