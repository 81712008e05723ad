/** The adapter's side of the wire: constructs it, calls its methods, says how they ended. */
import { BUDGETS } from '../budgets.ts';
import type { AdapterMethod } from '../confined.ts';
import { ADAPTER_METHODS, type FromPlugin, type PluginErrorText } from '../wire.ts';
import { describeError } from './describe-error.ts';

type Method = (...args: unknown[]) => unknown;

export interface LoadedAdapter {
  methods: AdapterMethod[];
  invoke(method: AdapterMethod, args: readonly unknown[]): unknown;
}

/** Throws what the constructor throws; null when the export is no class. */
export const constructAdapter = (exports: object, export_name: string, context: object): LoadedAdapter | null => {
  const found = (exports as Record<string, unknown>)[export_name];
  if (typeof found !== 'function') return null;
  const instance = Reflect.construct(found, [context]) as object;
  const methods = new Map<AdapterMethod, Method>();
  for (const name of ADAPTER_METHODS) {
    const method = (instance as Record<string, unknown>)[name];
    if (typeof method === 'function') methods.set(name, method as Method);
  }
  return {
    methods: [...methods.keys()],
    invoke: (method, args) => Reflect.apply(methods.get(method) as Method, instance, args),
  };
};

export const exportMissing = (exports: object, export_name: string): FromPlugin => {
  const names = Reflect.ownKeys(exports).filter((key) => typeof key === 'string');
  const others = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
  const message = `the adapter has no exported class ${export_name}; ${others}`.slice(0, BUDGETS.error_message);
  return { t: 'load_failed', fault: 'EXPORT_MISSING', message, code: null, stack: null };
};

export const loadFailed = (error: unknown): FromPlugin => ({ t: 'load_failed', fault: 'LOAD_FAILED', ...describeError(error) });

const errorFrame = (id: number, fault: 'threw' | 'refused', text: PluginErrorText) => JSON.stringify({ t: 'error', id, fault, ...text });

export const threwFrame = (id: number, error: unknown): string => errorFrame(id, 'threw', describeError(error));

const tooLarge = (id: number, size: number, limit: number): string =>
  errorFrame(id, 'refused', { message: `the result has ${size} characters, the limit is ${limit}`, code: 'TOO_LARGE', stack: null });

/** A value that no single frame holds: its JSON text in pieces. */
const partFrames = (id: number, text: string): string[] => {
  const frames: string[] = [];
  for (let from = 0; from < text.length; from += BUDGETS.result_part) {
    const piece = text.slice(from, from + BUDGETS.result_part);
    const last = from + BUDGETS.result_part >= text.length;
    frames.push(`{"t":"part","id":${id},"text":${JSON.stringify(piece)},"last":${last}}`);
  }
  return frames;
};

/**
 * The frames for a call that ended well; `most`: how many characters its result may have beyond one frame. The value is
 * the plugin's: its getters and `toJSON` run here.
 */
export const valueFrames = (id: number, value: unknown, most: number | null): string[] => {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    const { message, stack } = describeError(error);
    const said = `the result is not JSON: ${message}`.slice(0, BUDGETS.error_message);
    return [errorFrame(id, 'refused', { message: said, code: 'RESULT_INVALID', stack })];
  }
  const frame = `{"t":"value","id":${id},"value":${text ?? 'null'}}`;
  if (most === null) return [frame.length <= BUDGETS.frame ? frame : tooLarge(id, frame.length, BUDGETS.frame)];
  if (text !== undefined && text.length > most) return [tooLarge(id, text.length, most)];
  return frame.length <= BUDGETS.frame ? [frame] : partFrames(id, text as string);
};
