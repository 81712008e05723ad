/**
 * What crosses between host and plugin realm: one JSON text a frame, frames joined by newline, one batch per
 * event-loop turn and direction. JSON never holds a raw newline, so splitting needs no length prefix.
 */
import type { AdapterMethod, Json, PluginLogLevel } from './confined.ts';

/** The name under which a bundle is evaluated, and so the file of every stack frame that the realm shows. */
export const PLUGIN_FILE = 'plugin.js';

export const ADAPTER_METHODS = [
  'start',
  'receive',
  'send',
  'typing',
  'edit',
  'attachment',
  'health',
  'stop',
  'execute',
  'getSupportedOperations',
  'validateConfig',
  'healthCheck',
  'getStatus',
] as const satisfies readonly AdapterMethod[];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly PluginLogLevel[];

/** What the realm needs to construct the adapter, beside its code. */
export interface PluginStart {
  channel_id: string;
  export_name: string;
  config: Record<string, string | number | boolean>;
  webhook_url: string | null;
  granted: readonly string[];
  /** Whether the context has `emit`. */
  emits: boolean;
  /** Longest message to the host, in characters. */
  max_from_plugin: number;
}

export type ToPlugin =
  | { t: 'load'; code: string; start: PluginStart }
  | { t: 'call'; id: number; method: AdapterMethod; args: readonly Json[] }
  | { t: 'done'; id: number; value: Json }
  | { t: 'fail'; id: number; code: string; message: string };

export interface PluginErrorText {
  message: string;
  code: string | null;
  stack: string | null;
}

export type FromPlugin =
  /** A piece of a message that is too long for one frame; the others follow at once, up to the `last`. */
  | { t: 'part'; last: boolean; text: string }
  | { t: 'ready'; methods: AdapterMethod[] }
  | ({ t: 'load_failed'; fault: 'LOAD_FAILED' | 'EXPORT_MISSING' } & PluginErrorText)
  | { t: 'value'; id: number; value: Json }
  | ({ t: 'error'; id: number; fault: 'threw' | 'refused' } & PluginErrorText)
  /** `call` is the host's call in whose synchronous part the plugin asked, or null. */
  | { t: 'capability'; id: number; name: string; args: Json; call: number | null }
  | { t: 'log'; level: PluginLogLevel; message: string; fields: Json };
