/** A folder plugin with every power of the host: it keeps, signs and uploads, in the built host and across a kill. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AgentServer, startAgentServer } from '../support/agent-server.ts';
import {
  API_KEY,
  adapterSource,
  type ChatService,
  folderEntry,
  folderManifest,
  HOOK_SECRET,
  policyFor,
  startChatService,
} from '../support/folder-plugin.ts';
import { type Home, makeHome, type RunningHost, startHost } from '../support/home.ts';
import { until } from '../support/until.ts';

const ID = 'uploader';
const SIGNING_KEY = 'the key that the platform checks';
const CHART = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0, 0xff]);

const SEND = `
    const upload = this.context.fetch(ORIGIN + '/upload', {
      method: 'POST',
      multipart: [
        { name: 'to', value: outbound.conversation_key },
        ...outbound.attachments.map((one, index) => ({ name: 'file' + index, attachment: one.ref ?? index })),
      ],
      headers: {},
    });
    const count = ((await this.context.storage.get('sent')) ?? 0) + 1;
    await this.context.storage.set('sent', count);
    const signature = await this.context.crypto.hmac({ field: 'signing_key', algorithm: 'sha256', data: String(count) });
    const stolen = await this.context.crypto.hmac({ field: 'api_key', algorithm: 'sha256', data: 'x' }).catch((error: any) => error.code);
    this.context.log.info('sent', { count, signature, stolen });
    const response = await upload;
    return { status: 'sent', platform_message_id: 'u' + count + response.status };`;

interface Upload {
  headers: IncomingMessage['headers'];
  form: FormData;
}

/** The platform that takes uploads, and the place where the agent's files lie. */
const startPlatform = async () => {
  const uploads: Upload[] = [];
  const downloads: IncomingMessage['headers'][] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/chart.png') {
      downloads.push(request.headers);
      response.end(CHART);
      return;
    }
    const bytes = new Uint8Array(Buffer.concat(chunks));
    const form = await new Response(bytes, { headers: { 'content-type': String(request.headers['content-type']) } }).formData();
    uploads.push({ headers: request.headers, form });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, uploads, downloads, close };
};

let platform: Awaited<ReturnType<typeof startPlatform>>;
let service: ChatService;
let agent: AgentServer;
let home: Home;
let host: RunningHost;

const start = () => startHost(home, { env: { AGENT_BACKEND: 'http', AGENT_URL: agent.url }, running: [ID] });

beforeEach(async () => {
  [platform, service, agent] = [await startPlatform(), await startChatService(), await startAgentServer()];
  agent.answer(() => ({
    status: 200,
    body: {
      replies: [{ attachments: [{ type: 'image', url: `${platform.url}/chart.png`, file_name: 'chart.png', mime_type: 'image/png' }] }],
    },
  }));
  const entry = folderEntry(platform.url, { approved: true });
  const manifest = folderManifest(ID, platform.url);
  home = makeHome({
    'config/channels.json': {
      [ID]: {
        ...entry,
        config: { ...(entry.config as object), signing_key: SIGNING_KEY },
        grants: { network: [platform.url], timers: true, storage: true, hmac: true },
      },
    },
    'config/security_policy.json': policyFor(platform.url),
    [`store/channels/${ID}/manifest.json`]: {
      ...manifest,
      capabilities: ['text', 'images'],
      configuration_schema: { ...(manifest.configuration_schema as object), signing_key: { type: 'string', required: true, secret: true } },
      permissions: {
        ...(manifest.permissions as object),
        storage: { max_bytes: 1000 },
        hmac: [{ field: 'signing_key', reason: 'Signs uploads.' }],
      },
    },
    [`store/channels/${ID}/adapter.ts`]: adapterSource(platform.url, { send: SEND }),
  });
  host = await start();
});
afterEach(async () => {
  await host.kill();
  await Promise.all([service.close(), agent.close(), platform.close()]);
  home.remove();
});

const signatureOf = (count: number) => createHmac('sha256', SIGNING_KEY).update(String(count)).digest('hex');
const sent = (count: number) =>
  host.logged(({ channel_id, plugin }) => channel_id === ID && (plugin as { count?: number } | undefined)?.count === count);

it('uploads what the agent attached, keeps its count over a kill, and signs with a key it never sees', async () => {
  await service.deliver(host, ID, { id: 'm1', chat: 'somebody', text: 'draw' });
  expect((await sent(1)).plugin).toEqual({ count: 1, signature: signatureOf(1), stolen: 'HMAC_NOT_GRANTED' });
  const [upload] = await until(
    () => platform.uploads,
    ({ length }) => length === 1,
    'the upload arrives',
  );
  const file = upload?.form.get('file0') as File;
  expect([file.name, file.type, Buffer.from(await file.arrayBuffer())]).toEqual(['chart.png', 'image/png', CHART]);
  expect([upload?.form.get('to'), upload?.headers.authorization]).toEqual(['somebody', `Bearer ${API_KEY}`]);
  expect(platform.downloads.map(({ authorization }) => authorization)).toEqual([undefined]);
  expect(JSON.stringify(host.log)).not.toMatch(new RegExp(`${SIGNING_KEY}|${API_KEY}|${HOOK_SECRET}`));

  await host.kill();
  host = await start();
  await service.deliver(host, ID, { id: 'm2', chat: 'somebody', text: 'again' });
  expect((await sent(2)).plugin).toMatchObject({ count: 2, signature: signatureOf(2) });
});
