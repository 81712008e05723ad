/** Where a plugin is tried: fresh instances in the real sandbox, a scripted service, and a record of all that came out. */
import type { Manifest } from '../../schemas/manifest.ts';
import type { Egress } from '../egress/egress.ts';
import type { AdapterMethod, CallResult, ConfinedAdapter, Json, StartResult } from '../sandbox/confined.ts';
import { type AnswerFixture, eventOf, type Fixtures } from './fixtures.ts';
import { sampleField } from './sample-value.ts';
import { createScriptedEgress, type Script, type SeenRequest } from './scripted-egress.ts';

export interface LaunchOptions {
  egress: Egress;
  values: Readonly<Record<string, string | number | boolean>>;
  on_log(text: string): void;
  on_emit(event: { event_id: string; body: string }): void;
  /** A request that was refused before it left. */
  on_refused(code: string, message: string): void;
}

export interface Launched {
  started: StartResult;
  /** What stands in the plugin's configuration in the place of each secret. */
  placeholders: ReadonlyMap<string, string>;
}

export interface BenchDeps {
  manifest: Manifest;
  /** The folder's files; empty for a built-in plugin. */
  files: ReadonlyMap<string, Uint8Array>;
  fixtures: Fixtures;
  launch(options: LaunchOptions): Promise<Launched>;
}

/** Everything that left the realm, of all instances. */
export interface Seen {
  logs: string[];
  /** Results and errors of calls, as text, with the method. */
  outcomes: { method: AdapterMethod; text: string }[];
  emitted: { event_id: string; body: string }[];
  requests: SeenRequest[];
  refused: { code: string; message: string }[];
}

export interface Instance {
  readonly methods: ReadonlySet<AdapterMethod>;
  readonly seen: Seen;
  call(method: AdapterMethod, args?: readonly unknown[], timeout_ms?: number): Promise<CallResult>;
  /** What the service answers from now on. */
  answerWith(script: Script): void;
  close(): Promise<void>;
}

export interface Planted {
  /** "the value of api_key". */
  name: string;
  word: string;
  /** The value itself, which no plugin is ever given. */
  real: boolean;
}

export interface Bench {
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly fixtures: Fixtures;
  /** Of all instances so far. */
  readonly seen: Seen;
  /** Real values of the secrets, and the placeholders that stand for them in the plugin. */
  readonly planted: readonly Planted[];
  /** The answers of `fixtures/answers.json`, else an empty object to everything. */
  readonly well: Script;
  /** A new instance; throws `NotStarted` when it does not load. */
  open(options?: { config?: 'full' | 'empty'; script?: Script }): Promise<Instance>;
  /** `open`, then the adapter's own `start`, whose failure is left aside; and closes it whatever `work` does. */
  started<Value>(work: (instance: Instance) => Promise<Value>, script?: Script): Promise<Value>;
  event(part: Parameters<typeof eventOf>[0]): ReturnType<typeof eventOf>;
}

export class NotStarted extends Error {
  readonly stack_of_plugin: string | undefined;
  constructor(message: string, stack: string | undefined) {
    super(message);
    this.stack_of_plugin = stack;
  }
}

const newSeen = (): Seen => ({ logs: [], outcomes: [], emitted: [], requests: [], refused: [] });

/** `*` stands for any characters. Each piece is looked for once, from where the last one ended: linear, whatever an author writes. */
const fitsPath = (pattern: string, pathname: string): boolean => {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pathname === first;
  if (!pathname.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = pathname.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return pathname.length - last.length >= at && pathname.endsWith(last);
};

const matches = ({ method, path }: AnswerFixture, request: SeenRequest): boolean =>
  (method === undefined || method === request.method) && fitsPath(path, new URL(request.url).pathname);

const scriptOf =
  (answers: readonly AnswerFixture[] | null): Script =>
  (request) => {
    const { status = 200, headers = {}, body = {} } = answers?.find((answer) => matches(answer, request)) ?? {};
    return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };

/** Words that nothing else writes, so that finding one is finding the secret. */
const plant = (manifest: Manifest): Map<string, string> =>
  new Map(
    Object.entries(manifest.configuration_schema ?? {})
      .filter(([, field]) => field.secret === true)
      .map(([name], index) => [name, `planted${index}Secret${Buffer.from(name).toString('hex')}`]),
  );

const valuesOf = ({ configuration_schema = {} }: Manifest, fixtures: Fixtures, secrets: ReadonlyMap<string, string>) =>
  Object.fromEntries(
    Object.entries(configuration_schema).map(([name, field]) => {
      const given = Object.hasOwn(fixtures.config, name) ? fixtures.config[name] : undefined;
      return [name, given !== undefined && field.secret !== true ? given : sampleField(field, secrets.get(name) ?? '')];
    }),
  );

export const createBench = ({ manifest, files, fixtures, launch }: BenchDeps): Bench => {
  const secrets = plant(manifest);
  const planted: Planted[] = [...secrets].map(([name, word]) => ({ name: `the value of ${name}`, word, real: true }));
  const seen = newSeen();
  const well = scriptOf(fixtures.answers);
  const full = valuesOf(manifest, fixtures, secrets);

  const open: Bench['open'] = async ({ config = 'full', script = well } = {}) => {
    const own = newSeen();
    const note = <Kind extends keyof Seen>(kind: Kind, one: Seen[Kind][number]) => {
      (own[kind] as unknown[]).push(one);
      (seen[kind] as unknown[]).push(one);
    };
    let current = script;
    const egress = createScriptedEgress(
      () => current,
      (request) => note('requests', request),
    );
    const { started, placeholders } = await launch({
      egress,
      values: config === 'full' ? full : {},
      on_log: (text) => note('logs', text),
      on_emit: (event) => note('emitted', event),
      on_refused: (code, message) => note('refused', { code, message }),
    });
    for (const [name, word] of placeholders) planted.push({ name: `the placeholder of ${name}`, word, real: false });
    if (!started.ok) {
      note('outcomes', { method: 'start', text: `${started.fault.message}\n${started.fault.stack ?? ''}` });
      throw new NotStarted(`${started.fault.code}: ${started.fault.message}`, started.fault.stack);
    }
    return instanceOf(started.adapter, own, note, {
      answerWith: (next) => (current = next),
      close: egress.close,
    });
  };
  const started: Bench['started'] = async (work, script) => {
    const instance = await open();
    try {
      if (instance.methods.has('start')) await instance.call('start');
      if (script !== undefined) instance.answerWith(script);
      return await work(instance);
    } finally {
      await instance.close();
    }
  };
  return {
    manifest,
    files,
    fixtures,
    seen,
    planted,
    well,
    open,
    started,
    event: (part) => eventOf(part, manifest.webhook_url ?? ''),
  };
};

const instanceOf = (
  adapter: ConfinedAdapter,
  seen: Seen,
  note: <Kind extends keyof Seen>(kind: Kind, one: Seen[Kind][number]) => void,
  service: { answerWith(script: Script): void; close(): Promise<void> },
): Instance => ({
  methods: adapter.methods,
  seen,
  answerWith: service.answerWith,
  async call(method, args = [], timeout_ms) {
    const result = await adapter.call(method, args as Json[], timeout_ms === undefined ? {} : { timeout_ms });
    const text = result.ok ? (JSON.stringify(result.value) ?? '') : `${result.code ?? ''} ${result.message}\n${result.stack ?? ''}`;
    note('outcomes', { method, text });
    return result;
  },
  async close() {
    await adapter.stop(0);
    await service.close();
  },
});
