/** A plugin folder held against the contract: the generation that would run, in the sandbox that would run it, with no way out. */
import { createRequestTracker } from '../capabilities/request-tracker.ts';
import { createPluginStorage } from '../capabilities/storage.ts';
import { type BenchDeps, createBench, type Launched, type LaunchOptions } from '../conformance/bench.ts';
import { type Fixtures, readFixtures } from '../conformance/fixtures.ts';
import { type Level, levelOf, missingFor } from '../conformance/level.ts';
import { createMemoryStorage } from '../conformance/memory-storage.ts';
import { type CheckResult, runContract } from '../conformance/suite.ts';
import { messageLimits } from '../registry/plugin-budget.ts';
import type { PluginSource } from '../registry/plugin-source.ts';
import { CapabilityError, type CapabilityHandler, type Sandbox } from '../sandbox/confined.ts';
import { createGeneration } from './channel-generation.ts';
import type { Ready } from './plugin-powers.ts';

export interface ContractDeps {
  sandbox: Sandbox;
}

export interface ContractSubject {
  /** Without errors. */
  source: PluginSource;
  files: ReadonlyMap<string, Uint8Array>;
  /** Beside those of the folder, for plugins whose fixtures lie elsewhere. */
  fixtures?: Partial<Fixtures>;
}

export interface ContractReport {
  level: Level;
  checks: CheckResult[];
  /** What is missing for the next level. */
  missing: string[];
  /** Why the code does not come up; null when it does. */
  load_problem: { message: string; place: string | null } | null;
}

const CALL_DEADLINE_MS = 10_000;
const BOOT_DEADLINE_MS = 20_000;
/** No address of anyone. */
const PUBLIC_URL = 'https://gateway.example';

/** Tells of what was refused before it left, and lets the refusal go on to the plugin. */
const watched =
  (handler: CapabilityHandler, on_refused: LaunchOptions['on_refused']): CapabilityHandler =>
  async (args, origin) => {
    try {
      return await handler(args, origin);
    } catch (error) {
      if (error instanceof CapabilityError) on_refused(error.code, error.message);
      throw error;
    }
  };

const readyOf = (source: PluginSource, values: LaunchOptions['values']): Ready => ({
  ready: true,
  source,
  status: { state: 'starting', reason: null, fix: null },
  values: Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { value, source: 'stored' }])),
  secret_fields: new Set(
    Object.entries(source.manifest?.configuration_schema ?? {}).flatMap(([name, { secret }]) => (secret ? [name] : [])),
  ),
  enabled: true,
  approved_by: null,
  shown: {},
  missing: [],
  generated: null,
});

/** Starts instances of one source; what they may do is what their generation would be given, but for the way out. */
export const createLauncher =
  ({ sandbox }: ContractDeps, source: PluginSource): BenchDeps['launch'] =>
  async ({ egress, values, on_log, on_emit, on_refused }): Promise<Launched> => {
    const ready = readyOf(source, values);
    const record = async (_channel: string, event_id: string, body: string) => on_emit({ event_id, body });
    const generation = createGeneration(
      {
        egress,
        public_url: PUBLIC_URL,
        budgets: undefined,
        network_mode: () => 'on',
        record,
        storage: createPluginStorage(createMemoryStorage()),
        attachmentsOf: async () => [],
        inbound: { open: () => null },
      },
      ready,
      createRequestTracker(),
    );
    const placeholders = [...ready.secret_fields].flatMap((name): [string, string][] => {
      const word = generation.config[name];
      return typeof word === 'string' ? [[name, word]] : [];
    });
    const started = await sandbox.start({
      channel_id: source.id,
      emits: source.kind === 'channel',
      code: generation.bundle.code,
      source_map: generation.bundle.source_map ?? undefined,
      export_name: generation.export_name,
      config: generation.config,
      webhook_url: generation.webhook_url,
      granted: generation.granted,
      handlers: Object.fromEntries(Object.entries(generation.handlers).map(([name, handler]) => [name, watched(handler, on_refused)])),
      place: generation.place,
      heap_mb: generation.budget.heap_mb,
      cpu_ms_per_second: generation.budget.cpu_ms_per_second,
      call_timeout_ms: CALL_DEADLINE_MS,
      boot_timeout_ms: BOOT_DEADLINE_MS,
      ...messageLimits(generation.manifest),
      on_log: (_level, message, fields) => on_log(`${message} ${JSON.stringify(fields)}`),
    });
    return { started, placeholders: new Map(placeholders) };
  };

/** Whether the code has a `health`, asked of an instance of its own. */
const hasHealth = async (bench: ReturnType<typeof createBench>): Promise<boolean> =>
  bench.started(async ({ methods }) => methods.has('health') || methods.has('healthCheck'));

export const checkContract = async (deps: ContractDeps, { source, files, fixtures = {} }: ContractSubject): Promise<ContractReport> => {
  const manifest = source.manifest as NonNullable<typeof source.manifest>;
  const read = { ...readFixtures(files, manifest.webhook_url ?? ''), ...fixtures };
  const bench = createBench({ manifest, files, fixtures: read, launch: createLauncher(deps, source) });
  const result = await runContract(bench);
  if (!result.loads) return { level: 'invalid', checks: [], missing: [], load_problem: { message: result.message, place: result.place } };
  const { checks } = result;
  const warnings = source.problems.map(({ file, line, message }) => `${file}${line === null ? '' : `:${line}`} ${message}`);
  const builtin = source.builtin !== null;
  const missing = missingFor({ manifest, files, builtin, warnings, checks, has_health: await hasHealth(bench) });
  const level = levelOf(checks, missing);
  const broken = checks.filter(({ status }) => status === 'failed').map(({ id, sentence }) => `${id}: ${sentence}`);
  return { level, checks, missing: level === 'loads' ? broken : missing, load_problem: null };
};
