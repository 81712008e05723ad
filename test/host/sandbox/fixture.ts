/** Real plugins in real workers, from source text. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../../host/lib/clock.ts';
import { buildBootstrap } from '../../../host/sandbox/build-bootstrap.ts';
import type { CapabilityHandler, ConfinedAdapter, ConfinedOptions, Json, PluginLogLevel, Sandbox } from '../../../host/sandbox/confined.ts';
import { createSandbox, type SandboxOptions } from '../../../host/sandbox/sandbox.ts';

export interface LogLine {
  level: PluginLogLevel;
  message: string;
  fields: Json;
}

export interface Plugin extends Disposable {
  adapter: ConfinedAdapter;
  log: LogLine[];
}

const echo: CapabilityHandler = async (args, { call_id }) => ({ args, call_id });

export const pluginOptions = (source: string, options: Partial<ConfinedOptions> = {}): ConfinedOptions => ({
  channel_id: 'test_channel',
  place: 'thread',
  code: `var __plugin = (() => {\n${source}\n})();`,
  export_name: 'Adapter',
  config: { bot_token: 'placeholder', limit: 7 },
  granted: ['fetch', 'timers'],
  handlers: { fetch: echo, emit: echo },
  heap_mb: 64,
  cpu_ms_per_second: 1000,
  call_timeout_ms: 20_000,
  boot_timeout_ms: 20_000,
  max_to_plugin: 1_048_576,
  on_log: () => {},
  ...options,
});

/** An adapter whose `receive` runs `body` with `context` and the `event` at hand, and whose `health` answers "well". */
export const adapterWith = (body: string): string => `
class Adapter {
  constructor(context) { this.context = context; }
  async receive(event) { const { context } = this; ${body} }
  async health() { return 'well'; }
}
return { Adapter };`;

export interface SandboxFixture {
  dir(): string;
  sandbox(): Sandbox;
  /** Starts and expects it to run. */
  start(source: string, options?: Partial<ConfinedOptions>): Promise<Plugin>;
}

/** One bootstrap folder and one sandbox a test file. The watchdog is slow, so that a busy machine fails no test. */
export const useSandbox = (options: Partial<SandboxOptions> = {}): SandboxFixture => {
  let dir = '';
  let sandbox: Sandbox;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
    await buildBootstrap(dir);
    sandbox = createSandbox(
      { clock: systemClock },
      { bootstrap_dir: dir, threads: true, heartbeat: { stuck_after_ms: 30_000 }, ...options },
    );
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(dir, { recursive: true });
  });
  const start = async (source: string, own: Partial<ConfinedOptions> = {}): Promise<Plugin> => {
    const log: LogLine[] = [];
    const on_log = (level: PluginLogLevel, message: string, fields: Json) => void log.push({ level, message, fields });
    const result = await sandbox.start(pluginOptions(source, { on_log, ...own }));
    if (!result.ok) throw new Error(`${result.fault.code}: ${result.fault.message}`);
    const { adapter } = result;
    return { adapter, log, [Symbol.dispose]: () => void adapter.stop(0) };
  };
  return { dir: () => dir, sandbox: () => sandbox, start };
};
