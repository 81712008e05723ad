import type { PluginLog } from '../../../../plugins/sdk/index.ts';
import type { GuestCapability } from '../context.ts';

/** Lines for the host's log, under the plugin's name. */
export const log: GuestCapability = {
  name: 'log',
  always: true,
  build: ({ log: write }): PluginLog => ({
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  }),
};
