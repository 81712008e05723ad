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

/** The message for a call that ended well, of at most `longest` characters. The value is the plugin's: its getters and `toJSON` run here. */
export const valueFrame = (id: number, value: unknown, longest: number): string => {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    const { message, stack } = describeError(error);
    return errorFrame(id, 'refused', {
      message: `the result is not JSON: ${message}`.slice(0, BUDGETS.error_message),
      code: 'RESULT_INVALID',
      stack,
    });
  }
  const frame = `{"t":"value","id":${id},"value":${text ?? 'null'}}`;
  if (frame.length <= longest) return frame;
  const message = `the result has ${frame.length} characters, the limit is ${longest}`;
  return errorFrame(id, 'refused', { message, code: 'TOO_LARGE', stack: null });
};
