/**
 * What the rest of the host knows of a running plugin: a thing that takes calls and may die.
 * Everything that crosses is JSON; a plugin's failure is a value, never an exception of the host.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** A connector's methods that the host calls. */
export type ConnectorMethod = 'execute' | 'getSupportedOperations' | 'validateConfig' | 'healthCheck' | 'getStatus';

/** The methods of an adapter or a connector that the host calls. */
export type AdapterMethod = 'start' | 'receive' | 'send' | 'typing' | 'edit' | 'attachment' | 'health' | 'stop' | ConnectorMethod;

/** Who caused a capability call: the host's call in whose synchronous turn it was made, or null when that cannot be told. */
export interface CallOrigin {
  call_id: string | null;
}

/** One granted power, as the host carries it out. JSON in, JSON out; a rejection reaches the plugin as an Error with its `code`. */
export type CapabilityHandler = (args: Json, origin: CallOrigin) => Promise<Json>;

/** Thrown by a capability handler: what the plugin is told. */
export class CapabilityError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'CapabilityError';
    this.code = code;
  }
}

export type PluginLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A built-in plugin runs in a thread of the host, every other one in a process of its own. Where it comes from decides, not its manifest. */
export type Place = 'thread' | 'process';

export interface ConfinedOptions {
  channel_id: string;
  place: Place;
  /** The bundle: an IIFE that leaves its exports in `__plugin`. Never the author's own bytes. */
  code: string;
  /** The bundle's source map (JSON), for mapping stack traces back. Stays on the host's side. */
  source_map?: string | undefined;
  /** The named export that is the adapter class. */
  export_name: string;
  /** Data of the `PluginContext`: configuration with placeholders, webhook_url. */
  config: Record<string, string | number | boolean>;
  webhook_url?: string | undefined;
  /** Names of the capabilities that exist in the context, e.g. `fetch`, `timers`; `crypto`, `log`, `clock` always do. */
  granted: readonly string[];
  /** False for a connector, which records no events: its context has no `emit`. Left out: true. */
  emits?: boolean;
  /** The host's side of the powers that leave the worker: `fetch`, `emit`. */
  handlers: Readonly<Record<string, CapabilityHandler>>;
  heap_mb: number;
  /** Processor time, in ms a second over a minute. What the host asks of the plugin is added to it. */
  cpu_ms_per_second: number;
  /** Deadline of one call, unless the call names its own. */
  call_timeout_ms: number;
  boot_timeout_ms: number;
  /** Largest message host to plugin, in characters. */
  max_to_plugin: number;
  /** Largest message plugin to host, in characters, such as a result; one frame (262,144) without it. */
  max_from_plugin?: number | undefined;
  on_log(level: PluginLogLevel, message: string, fields: Json): void;
}

/** Why a call ended without a value. */
export type CallFault = 'threw' | 'deadline' | 'died' | 'refused';

export type CallResult =
  | { ok: true; value: Json }
  | {
      ok: false;
      fault: CallFault;
      /** The plugin error's `code`, when it had one. */
      code?: string | undefined;
      message: string;
      /** Mapped to the author's `file.ts:line` where the source map allows. */
      stack?: string | undefined;
    };

export interface CallOptions {
  timeout_ms?: number;
  /** Reported as `CallOrigin.call_id` to the capability handlers. */
  call_id?: string;
}

/** How a worker ended. `requested` when `stop()` was called; anything else is a fault of the plugin. */
export interface Exit {
  requested: boolean;
  reason: string;
  /** It sent what our own code in its realm would not have sent: that code was bypassed. */
  breached: boolean;
}

export interface ConfinedAdapter {
  /** Which of the adapter's methods exist. */
  readonly methods: ReadonlySet<AdapterMethod>;
  /** Never rejects. A call past its deadline ends the worker: its result is `deadline`, every other call's is `died`. */
  call(method: AdapterMethod, args: readonly Json[], options?: CallOptions): Promise<CallResult>;
  /** Calls the adapter's `stop` within the grace time, then terminates the worker. */
  stop(grace_ms: number): Promise<void>;
  readonly exited: Promise<Exit>;
}

/** Why a start failed: `BUNDLE` faults are the author's code at load, `SELF_TEST` is this machine. */
export interface StartFault {
  code: 'LOAD_FAILED' | 'BOOT_TIMEOUT' | 'SELF_TEST_FAILED' | 'EXPORT_MISSING' | 'DIED';
  message: string;
  stack?: string | undefined;
}

export type StartResult = { ok: true; adapter: ConfinedAdapter } | { ok: false; fault: StartFault };

/** Starts plugins in workers of their own. */
export interface Sandbox {
  start(options: ConfinedOptions): Promise<StartResult>;
  close(): Promise<void>;
}
