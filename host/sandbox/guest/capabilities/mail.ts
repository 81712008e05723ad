import type { PluginMail } from '../../../../plugins/sdk/index.ts';
import type { GuestCapability } from '../context.ts';

/** Mail by the server that the operator configured, from the address that they configured: neither can be named here. */
export const mail: GuestCapability = {
  name: 'mail',
  always: false,
  build: (bridge): PluginMail => ({
    send: async (message) => (await bridge.call('mail', message)) as Awaited<ReturnType<PluginMail['send']>>,
  }),
};
