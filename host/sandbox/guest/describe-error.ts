/** What a plugin threw, as text. It may be anything, with getters that throw in their turn. */
import { BUDGETS } from '../budgets.ts';
import type { PluginErrorText } from '../wire.ts';

const read = (from: unknown, key: 'message' | 'code' | 'stack', limit: number): string | null => {
  try {
    const value = (from as Record<string, unknown>)[key];
    return typeof value === 'string' ? value.slice(0, limit) : null;
  } catch {
    return null;
  }
};

export const describeError = (error: unknown): PluginErrorText => {
  if ((typeof error !== 'object' || error === null) && typeof error !== 'function') {
    return { message: `thrown: ${String(error)}`.slice(0, BUDGETS.error_message), code: null, stack: null };
  }
  return {
    message: read(error, 'message', BUDGETS.error_message) ?? 'something that is no Error was thrown',
    code: read(error, 'code', BUDGETS.error_code),
    stack: read(error, 'stack', BUDGETS.error_stack),
  };
};
