/** `console` for npm packages that print: every line goes to the plugin's log. */
import type { PluginLogLevel } from '../../confined.ts';
import type { Bridge } from '../bridge.ts';

const shown = (value: unknown): string => {
  if (typeof value === 'string') return value;
  try {
    if (value instanceof Error) return String(value.stack ?? value.message);
    if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? '[object]';
    return String(value);
  } catch {
    return '[unprintable]';
  }
};

export const createConsole = (bridge: Bridge) => {
  const line =
    (level: PluginLogLevel) =>
    (...values: unknown[]): void =>
      bridge.log(level, values.map(shown).join(' '));
  return {
    debug: line('debug'),
    trace: line('debug'),
    log: line('info'),
    info: line('info'),
    dir: line('info'),
    table: line('info'),
    group: line('info'),
    groupCollapsed: line('info'),
    groupEnd: (): void => {},
    warn: line('warn'),
    error: line('error'),
    assert: (condition: unknown, ...values: unknown[]): void => {
      if (!condition) bridge.log('error', `assertion failed: ${values.map(shown).join(' ')}`);
    },
  };
};
