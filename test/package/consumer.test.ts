/** What the npm package exports can be used by a program outside: its types by the compiler, its values by plain Node. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Home, makeHome, ROOT } from '../support/home.ts';

/** The compiler, on a machine that may be busy with others. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const run = promisify(execFile);
const TSC = path.join(ROOT, 'node_modules/typescript/bin/tsc');

const ADAPTER = `
import { asId, BaseConnector, failed, NotSupportedError, requireParams, sent, type ChannelAdapter, type InboundEvent, type InboundMessage, type OperationParams, type OutboundMessage, type PluginContext, type Receipt } from 'communicationos/sdk';
import { createTestContext } from 'communicationos/sdk/testing';

export class Mine implements ChannelAdapter {
  constructor(readonly context: PluginContext) {}
  async receive(event: InboundEvent): Promise<InboundMessage[]> {
    const message_id = asId(event.event_id);
    if (message_id === undefined) return [];
    return [{ message_id, type: 'text', conversation_key: 'c', conversation_type: 'direct', timestamp: event.received_at }];
  }
  async send(message: OutboundMessage): Promise<Receipt> {
    return message.text === null ? failed({ code: 'EMPTY', reason: 'no text' }) : sent(message.id);
  }
}
export class Items extends BaseConnector {
  async execute(operation: string, params: OperationParams): Promise<unknown> {
    if (operation !== 'get') throw new NotSupportedError(operation);
    requireParams(params, 'id');
    return params.id;
  }
  getSupportedOperations(): string[] { return ['get']; }
}
const { context, logs } = createTestContext({ config: { a: 1 } });
const items = new Items(context);
const status: { name: string; config_valid: boolean } = items.getStatus();
// @ts-expect-error: 'texts' is no type of message
export const wrong: InboundMessage = { message_id: '1', type: 'texts', conversation_key: 'c', conversation_type: 'direct', timestamp: '' };
console.log(JSON.stringify([await new Mine(context).receive({ event_id: '7', received_at: 'now' } as InboundEvent), status, logs]));
`;

/** A program that embeds the host, with a connector of its own. */
const LIBRARY = `
import { BaseConnector, CommunicationService, connectorContext, ConnectorType, createLogger, loadConfig, openHost, RequestStatus, type ConnectorResponse } from 'communicationos';

class Items extends BaseConnector {
  async execute(_operation: string, params: Record<string, unknown>): Promise<unknown> { return { id: params.id, key: this.config.key }; }
  getSupportedOperations(): string[] { return ['get', 'put']; }
}
const [home, dist_dir] = process.argv.slice(2) as [string, string];
const log = createLogger({ level: 'ERROR', pretty: false });
const host = await openHost({ config: loadConfig({ argv: { home }, env: {} }).config, log, mode: 'serve', dist_dir });
await host.start();
const service: CommunicationService = host.communication;
service.registerConnector(ConnectorType.CUSTOM, new Items(connectorContext({ key: 'k' })), {
  operations: { get: { effect: 'read', params: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } } },
});
const ask = (operation: string, params: Record<string, unknown>): Promise<ConnectorResponse> =>
  service.execute({ connector_type: 'custom', operation, params });
const got = await ask('get', { id: '7' });
const answers = [got.status === RequestStatus.SUCCESS, got.data, (await ask('get', {})).error?.message, (await ask('put', {})).error?.code];
await host.close();
console.log(JSON.stringify([service instanceof CommunicationService, ...answers]));
`;

let consumer: Home;
beforeAll(async () => {
  // The tests' own build leaves the types out, which only the compiler makes.
  await run(process.execPath, [TSC, '-p', path.join(ROOT, 'host/tsconfig.build.json')]);
  consumer = makeHome({
    'package.json': { name: 'consumer', type: 'module' },
    'tsconfig.json': {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2022', 'dom'],
        strict: true,
        skipLibCheck: false,
        types: [],
        noUncheckedIndexedAccess: true,
        outDir: 'out',
      },
      files: ['mine.ts', 'library.ts'],
    },
    'mine.ts': ADAPTER,
    'library.ts': LIBRARY,
  });
  mkdirSync(path.join(consumer.dir, 'node_modules'));
  symlinkSync(ROOT, path.join(consumer.dir, 'node_modules/communicationos'), 'junction');
});
afterAll(() => consumer.remove());

describe('a program that depends on the package', () => {
  it('compiles against its types, with the libraries checked too', async () => {
    const result = await run(process.execPath, [TSC, '-p', consumer.dir]).catch((error: { stdout: string }) => error);
    expect(result.stdout).toBe('');
    expect(existsSync(path.join(consumer.dir, 'out/mine.js'))).toBe(true);
  });

  it('embeds the host, and asks connectors of its own under the policy', async () => {
    const home = makeHome();
    const { stdout } = await run(process.execPath, ['out/library.js', home.dir, path.join(ROOT, 'dist')], { cwd: consumer.dir });
    home.remove();
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual([
      true,
      true,
      { id: '7', key: 'k' },
      "'id' parameter is required",
      'OPERATION_NOT_ALLOWED',
    ]);
  });

  it('runs with its values', async () => {
    const { stdout } = await run(process.execPath, ['out/mine.js'], { cwd: consumer.dir });
    expect(JSON.parse(stdout)).toEqual([
      [{ message_id: '7', type: 'text', conversation_key: 'c', conversation_type: 'direct', timestamp: 'now' }],
      { name: 'Items', enabled: true, supported_operations: ['get'], config_valid: true },
      [],
    ]);
  });
});
