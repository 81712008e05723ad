/**
 * Where attacks are run: the real sandbox with a process for each plugin, the real fetch capability over the real
 * egress, a platform on loopback that is granted and one that is not, and a neighbour in a thread that has to go on.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFetchCapability } from '../../host/capabilities/fetch.ts';
import { resolveGrants } from '../../host/capabilities/grants.ts';
import { createPlaceholders } from '../../host/capabilities/placeholders.ts';
import { createRequestTracker } from '../../host/capabilities/request-tracker.ts';
import { createEgress } from '../../host/egress/create-egress.ts';
import { systemClock } from '../../host/lib/clock.ts';
import { buildBootstrap } from '../../host/sandbox/build-bootstrap.ts';
import type { ConfinedAdapter, ConfinedOptions, StartResult } from '../../host/sandbox/confined.ts';
import { createSandbox } from '../../host/sandbox/sandbox.ts';
import type { NetworkPermission } from '../../schemas/manifest.ts';
import { openPowers } from './powers.ts';

/** The secret behind `context.config.bot_token`. */
export const SECRET = 'the-token-that-nobody-may-see-4711';

export interface PluginOptions
  extends Partial<
    Pick<ConfinedOptions, 'place' | 'heap_mb' | 'cpu_ms_per_second' | 'boot_timeout_ms' | 'granted' | 'handlers' | 'config'>
  > {
  /** Deadline of the call. */
  timeout_ms?: number;
}

export interface LabPlugin extends Disposable {
  adapter: ConfinedAdapter;
}

export interface Lab {
  tryStart(source: string, options?: PluginOptions): Promise<StartResult>;
  /** Starts and expects it to run. */
  start(source: string, options?: PluginOptions): Promise<LabPlugin>;
  /** Every power there is, of the host's own handlers, for the plugin that sends the message `mine`. */
  powers(): Promise<PluginOptions>;
  /** What the plugin that ran last let out: the secret, or anything at all to the platform that is not granted. */
  leaked(): string | null;
  /** Asks the neighbour; how long its answer took, in ms. Rejects when it is not right. */
  neighbour(): Promise<number>;
  /** A folder that is removed with the lab. */
  folder(): string;
  bootstrap_dir: string;
  close(): Promise<void>;
}

interface Seen {
  authorization: string | undefined;
  url: string;
  body: string;
}

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** `/redirect` sends on to the other platform; everything else echoes what came, the credential too. */
const startPlatform = async (seen: Seen[], elsewhere: () => string): Promise<{ server: Server; origin: string }> => {
  const server = createServer(async (request, response) => {
    const came = { authorization: request.headers.authorization, url: request.url ?? '', body: await readBody(request) };
    seen.push(came);
    if (came.url.startsWith('/redirect')) response.writeHead(307, { location: `${elsewhere()}/caught` }).end();
    else if (came.url.startsWith('/large')) response.end('x'.repeat(4_000_000));
    else response.writeHead(200, { 'x-echo': came.authorization ?? '' }).end(JSON.stringify(came));
  });
  return { server, origin: await listen(server) };
};

const NEIGHBOUR = `class Adapter {
  constructor(context) { this.context = context; }
  async receive(event) { return [event, typeof process, ({}).t === undefined]; }
}
return { Adapter };`;

export const openLab = async (): Promise<Lab> => {
  const bootstrap_dir = mkdtempSync(join(tmpdir(), 'lab-'));
  const folders: string[] = [];
  await buildBootstrap(bootstrap_dir);
  const granted: Seen[] = [];
  const other: Seen[] = [];
  const elsewhere = await startPlatform(other, () => '');
  const platform = await startPlatform(granted, () => elsewhere.origin);
  const policy = {
    allow_private: [platform.origin, elsewhere.origin].map((origin) => new URL(origin).host),
    allowed_domains: [],
    blocked_domains: [],
  };
  const egress = createEgress({ policy: () => policy });
  const placeholders = createPlaceholders({ bot_token: SECRET }, randomBytes);
  const network: NetworkPermission[] = [
    {
      url: platform.origin,
      methods: ['GET', 'POST'],
      credentials: [{ secret: 'bot_token', at: 'header:authorization', form: 'Bearer {}' }],
    },
  ];
  const resolved = resolveGrants(network, {});
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const fetch = createFetchCapability({
    egress,
    grants: resolved.grants,
    placeholders,
    tracker: createRequestTracker(),
    allowed: () => true,
  });
  const sandbox = createSandbox({ clock: systemClock }, { bootstrap_dir, threads: true });
  const powers = await openPowers();
  const logged: string[] = [];

  const tryStart: Lab['tryStart'] = (source, options = {}) => {
    granted.length = 0;
    other.length = 0;
    logged.length = 0;
    const { timeout_ms: _deadline, ...own } = options;
    return sandbox.start({
      channel_id: 'hostile',
      place: 'process',
      code: `var __plugin = (() => {\nconst API = ${JSON.stringify(platform.origin)}, OTHER = ${JSON.stringify(elsewhere.origin)};\n${source}\n})();`,
      export_name: 'Adapter',
      config: { ...Object.fromEntries(placeholders.byField), limit: 7 },
      granted: ['fetch', 'timers'],
      handlers: { fetch, emit: async () => null },
      heap_mb: 64,
      cpu_ms_per_second: 1000,
      call_timeout_ms: 20_000,
      boot_timeout_ms: 20_000,
      max_to_plugin: 1_048_576,
      on_log: (_level, message, fields) => void logged.push(message, JSON.stringify(fields)),
      ...own,
    });
  };
  const quiet = await sandbox.start({
    channel_id: 'neighbour',
    place: 'thread',
    code: `var __plugin = (() => {\n${NEIGHBOUR}\n})();`,
    export_name: 'Adapter',
    config: {},
    granted: [],
    handlers: { emit: async () => null },
    heap_mb: 64,
    cpu_ms_per_second: 1000,
    call_timeout_ms: 20_000,
    boot_timeout_ms: 20_000,
    max_to_plugin: 1_048_576,
    on_log: () => {},
  });
  if (!quiet.ok) throw new Error(quiet.fault.message);

  return {
    bootstrap_dir,
    tryStart,
    powers: powers.options,
    async start(source, options) {
      const started = await tryStart(source, options);
      if (!started.ok) throw new Error(`${started.fault.code}: ${started.fault.message}`);
      const { adapter } = started;
      return { adapter, [Symbol.dispose]: () => void adapter.stop(0) };
    },
    leaked() {
      if (other.length > 0) return `a request reached the other platform: ${other[0]?.url}`;
      const misplaced = granted.find(({ url, body }) => url.includes(SECRET) || body.includes(SECRET));
      if (misplaced) return `the secret stood in ${misplaced.url}`;
      return logged.some((line) => line.includes(SECRET)) ? 'the secret was logged' : null;
    },
    async neighbour() {
      const began = performance.now();
      const result = await quiet.adapter.call('receive', ['hello']);
      if (JSON.stringify(result) !== '{"ok":true,"value":["hello","undefined",true]}')
        throw new Error(`the neighbour: ${JSON.stringify(result)}`);
      return performance.now() - began;
    },
    folder() {
      const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
      folders.push(folder);
      return folder;
    },
    async close() {
      await sandbox.close();
      await powers.close();
      await egress.close();
      for (const { server } of [platform, elsewhere]) {
        server.closeAllConnections();
        server.close();
      }
      for (const folder of [bootstrap_dir, ...folders]) rmSync(folder, { recursive: true, force: true });
    },
  };
};
