/** One running plugin: calls in, answers and capability calls out, and one way to end for every kind of fault. */
import type { Clock } from '../lib/clock.ts';
import { BUDGETS } from './budgets.ts';
import { type CallTable, createCallTable } from './call-table.ts';
import { createCapabilityCalls } from './capability-calls.ts';
import type {
  AdapterMethod,
  CallFault,
  CallResult,
  ConfinedAdapter,
  ConfinedOptions,
  Exit,
  Json,
  StartFault,
  StartResult,
} from './confined.ts';
import { createCpuBudget } from './cpu-budget.ts';
import { createFrameBatch } from './frame-batch.ts';
import { valueProblem } from './frame-guard.ts';
import type { Heartbeat } from './heartbeat.ts';
import { createInbox } from './inbox.ts';
import type { OpenPort } from './port.ts';
import { createStackMapper } from './stack-trace.ts';
import { createTokenBucket } from './token-bucket.ts';
import type { FromPlugin, ToPlugin } from './wire.ts';

export interface ConfinedDeps {
  openPort: OpenPort;
  clock: Clock;
  heartbeat: Heartbeat;
}

export interface Confined {
  started: Promise<StartResult>;
  exited: Promise<Exit>;
  end(reason: string): void;
}

/** Capabilities that leave the worker and need no grant. */
const givenTo = ({ emits = true }: ConfinedOptions): string[] => (emits ? ['emit'] : []);

interface Life {
  /** Why it ended; null while it lives. */
  ended: string | null;
  requested: boolean;
  breached: boolean;
  methods: ReadonlySet<AdapterMethod>;
}

export const startConfined = ({ openPort, clock, heartbeat }: ConfinedDeps, options: ConfinedOptions): Confined => {
  const life: Life = { ended: null, requested: false, breached: false, methods: new Set() };
  const { promise: started, resolve: resolveStart } = settlable<StartResult>();
  const { promise: exited, resolve: resolveExit } = settlable<Exit>();
  const release: (() => void)[] = [];
  const printed = createTokenBucket(BUDGETS.log_lines_per_second, BUDGETS.log_lines_per_second);
  const cpu = createCpuBudget(options.cpu_ms_per_second);

  const end = (reason: string, fault: StartFault = { code: 'DIED', message: reason }) => {
    if (life.ended !== null) return;
    life.ended = reason;
    for (const undo of release) undo();
    calls.drain(reason);
    resolveStart({ ok: false, fault });
    port.terminate();
  };
  const onReady = (methods: AdapterMethod[]) => {
    life.methods = new Set(methods);
    cancelBoot();
    cpu.begin(port.busyMs());
    resolveStart({ ok: true, adapter: { methods: life.methods, call, stop, exited } });
  };
  const stop = async (grace_ms: number) => {
    life.requested = true;
    if (life.ended === null && grace_ms > 0 && life.methods.has('stop')) await call('stop', [], { timeout_ms: grace_ms });
    end('it was stopped');
    await exited;
  };

  const calls = createCallTable(clock, end);
  const send = createFrameBatch(
    (batch) => life.ended === null && port.post(batch),
    (flush) => setImmediate(flush),
  );
  const post = (frame: string) => life.ended === null && send(frame);
  const inbox = createInbox({
    clock,
    longest: longestOf(options),
    handle: createHandler({ options, calls, post, onReady, onLoadFailed: end }),
    onFlood: end,
    onBreach(reason) {
      life.breached ||= life.ended === null;
      end(reason);
    },
  });
  const credit = () => {
    inbox.credit();
    cpu.credit();
  };
  const call = createCall(life, calls, { post, credit }, options);
  const port = openPort(
    { name: options.channel_id, heap_mb: options.heap_mb },
    {
      onBatch: (batch) => life.ended === null && inbox.take(batch),
      onOutput: (text) => printed.take(clock.monotonic(), 1) && options.on_log('warn', text.slice(0, BUDGETS.log_text), null),
      onExit(reason) {
        end(reason);
        resolveExit({ requested: life.requested, reason: life.ended ?? reason, breached: life.breached });
      },
    },
  );
  const cancelBoot = clock.after(options.boot_timeout_ms, () => {
    const message = `the adapter did not load within ${options.boot_timeout_ms} ms`;
    end(message, { code: 'BOOT_TIMEOUT', message });
  });
  release.push(cancelBoot);
  release.push(
    heartbeat.watch({
      beat: port.beat,
      processorMs: port.processorMs,
      onStuck: () => end('it stood still: its event loop no longer turns'),
      onTick() {
        if (life.methods.size === 0 || cpu.charge(clock.monotonic(), port.busyMs())) return;
        end(`it used more than its ${options.cpu_ms_per_second} ms of processor time a second`);
      },
    }),
  );
  post(JSON.stringify(loadFrame(options)));
  const close = (reason: string) => {
    life.requested = true;
    end(reason);
  };
  return { started, exited, end: close };
};

const longestOf = ({ max_from_plugin = BUDGETS.frame }: ConfinedOptions): number => Math.min(max_from_plugin, BUDGETS.long_frame);

const loadFrame = (options: ConfinedOptions): ToPlugin => ({
  t: 'load',
  code: options.code,
  start: {
    channel_id: options.channel_id,
    export_name: options.export_name,
    config: options.config,
    webhook_url: options.webhook_url ?? null,
    granted: options.granted,
    max_from_plugin: longestOf(options),
    emits: options.emits ?? true,
  },
});

interface HandlerDeps {
  options: ConfinedOptions;
  calls: CallTable;
  post(frame: string): void;
  onReady(methods: AdapterMethod[]): void;
  onLoadFailed(reason: string, fault: StartFault): void;
}

/** What each kind of frame does. It answers what makes a frame one that our own code would not have sent, or null. */
const createHandler = ({ options, calls, post, onReady, onLoadFailed }: HandlerDeps) => {
  const mapStack = createStackMapper(options.source_map);
  const onCapability = createCapabilityCalls({
    handlers: options.handlers,
    available: new Set([...givenTo(options), ...options.granted]),
    maxToPlugin: options.max_to_plugin,
    callId: calls.callId,
    post,
    onDefect: (name) => options.on_log('error', `the host failed at ${name}`, null),
  });
  let loaded = false;
  const close = (id: number, result: CallResult) => (calls.close(id, result) ? null : 'an answer to no open call');

  return (frame: FromPlugin): string | null => {
    if ((frame.t === 'ready' || frame.t === 'load_failed') && loaded) return `a second "${frame.t}"`;
    switch (frame.t) {
      case 'part':
        return 'a piece of a message alone';
      case 'ready':
        loaded = true;
        onReady(frame.methods);
        return null;
      case 'load_failed':
        onLoadFailed(frame.message, { code: frame.fault, message: frame.message, stack: mapStack(frame.stack) });
        return null;
      case 'value': {
        const problem = valueProblem(frame.value);
        return close(
          frame.id,
          problem === null ? { ok: true, value: frame.value } : failed('refused', 'RESULT_INVALID', `the result holds ${problem}`),
        );
      }
      case 'error':
        return close(frame.id, { ...failed(frame.fault, frame.code ?? undefined, frame.message), stack: mapStack(frame.stack) });
      case 'capability':
        return onCapability(frame);
      case 'log':
        options.on_log(frame.level, frame.message, valueProblem(frame.fields) === null ? frame.fields : null);
        return null;
    }
  };
};

interface Outgoing {
  post(frame: string): void;
  credit(): void;
}

const createCall =
  (
    life: Life,
    calls: CallTable,
    { post, credit }: Outgoing,
    { call_timeout_ms, max_to_plugin }: ConfinedOptions,
  ): ConfinedAdapter['call'] =>
  (method, args, { timeout_ms = call_timeout_ms, call_id } = {}) => {
    if (life.ended !== null) return Promise.resolve(failed('died', 'PLUGIN_ENDED', `the plugin has ended: ${life.ended}`));
    if (!life.methods.has(method)) return Promise.resolve(failed('refused', 'METHOD_MISSING', `the adapter has no method ${method}`));
    const text = encodeArgs(args);
    if (text === null) return Promise.resolve(failed('refused', 'ARGS_INVALID', `what ${method} was given is not JSON`));
    if (text.length > max_to_plugin) {
      return Promise.resolve(
        failed('refused', 'TOO_LARGE', `what ${method} was given has ${text.length} characters, the limit is ${max_to_plugin}`),
      );
    }
    return new Promise((resolve) => {
      const id = calls.open(method, call_id ?? null, timeout_ms, resolve);
      credit();
      post(`{"t":"call","id":${id},"method":"${method}","args":${text}}`);
    });
  };

/** Null for what JSON cannot say: `call` never rejects. */
const encodeArgs = (args: readonly Json[]): string | null => {
  try {
    return JSON.stringify(args);
  } catch {
    return null;
  }
};

const failed = (fault: CallFault, code: string | undefined, message: string) => ({ ok: false, fault, code, message }) as const;

const settlable = <T>() => {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};
