/**
 * The host's check of what comes from a plugin. Frames are written by our own code inside the realm, so a
 * malformed one means that this code was bypassed. The values inside them are the plugin's: a bad value is
 * its mistake, or something a stranger wrote in a message, and fails only the call it belongs to.
 */
import { BUDGETS } from './budgets.ts';
import type { AdapterMethod, Json, PluginLogLevel } from './confined.ts';
import { ADAPTER_METHODS, type FromPlugin, LOG_LEVELS, type PluginErrorText } from './wire.ts';

export type ParsedFrame = { ok: true; frame: FromPlugin } | { ok: false; reason: string };

type Fields = Record<string, unknown>;

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isText = (value: unknown, limit: number): value is string => typeof value === 'string' && value.length <= limit;
const isTextOrNull = (value: unknown, limit: number): value is string | null => value === null || isText(value, limit);

const errorText = (fields: Fields): PluginErrorText | null => {
  const { message, code, stack } = fields;
  if (!isText(message, BUDGETS.error_message)) return null;
  if (!isTextOrNull(code, BUDGETS.error_code) || !isTextOrNull(stack, BUDGETS.error_stack)) return null;
  return { message, code, stack };
};

const READERS: Record<FromPlugin['t'], (fields: Fields) => FromPlugin | null> = {
  ready({ methods }) {
    if (!Array.isArray(methods) || methods.length > ADAPTER_METHODS.length) return null;
    if (!methods.every((method) => (ADAPTER_METHODS as readonly unknown[]).includes(method))) return null;
    return { t: 'ready', methods: methods as AdapterMethod[] };
  },
  load_failed(fields) {
    const text = errorText(fields);
    const { fault } = fields;
    if (text === null || (fault !== 'LOAD_FAILED' && fault !== 'EXPORT_MISSING')) return null;
    return { t: 'load_failed', fault, ...text };
  },
  value({ id, value }) {
    return isId(id) && value !== undefined ? { t: 'value', id, value: value as Json } : null;
  },
  part({ id, text, last }) {
    return isId(id) && isText(text, BUDGETS.result_part) && typeof last === 'boolean' ? { t: 'part', id, text, last } : null;
  },
  error(fields) {
    const text = errorText(fields);
    const { id, fault } = fields;
    if (text === null || !isId(id) || (fault !== 'threw' && fault !== 'refused')) return null;
    return { t: 'error', id, fault, ...text };
  },
  capability({ id, name, args, call }) {
    if (!isId(id) || !isText(name, 64) || args === undefined || !(call === null || isId(call))) return null;
    return { t: 'capability', id, name, args: args as Json, call };
  },
  log({ level, message, fields }) {
    if (!(LOG_LEVELS as readonly unknown[]).includes(level) || !isText(message, BUDGETS.log_text) || fields === undefined) return null;
    return { t: 'log', level: level as PluginLogLevel, message, fields: fields as Json };
  },
};

/** One frame of a batch. Never throws. */
export const parseFrame = (text: string): ParsedFrame => {
  if (text.length > BUDGETS.frame) return { ok: false, reason: `a frame of ${text.length} characters` };
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'a frame that is not JSON' };
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return { ok: false, reason: 'a frame that is no object' };
  const { t } = fields as Fields;
  if (typeof t !== 'string' || !Object.hasOwn(READERS, t)) return { ok: false, reason: 'a frame of unknown kind' };
  const frame = READERS[t as FromPlugin['t']](fields as Fields);
  return frame === null ? { ok: false, reason: `a frame "${t}" with wrong fields` } : { ok: true, frame };
};

const problemAt = (value: unknown, left: number): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  if (left === 0) return `deeper than ${BUDGETS.depth} levels`;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const problem = problemAt(value[i], left - 1);
      if (problem !== null) return problem;
    }
    return null;
  }
  // Parsed JSON has no inherited enumerable keys; `for in` spares the array of `Object.keys`.
  for (const key in value) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') return `a key named "${key}"`;
    const problem = problemAt((value as Fields)[key], left - 1);
    if (problem !== null) return problem;
  }
  return null;
};

/** What makes a plugin's value unfit to go on into the host, or null. */
export const valueProblem = (value: Json): string | null => problemAt(value, BUDGETS.depth);
