import type { PluginContext } from '../../../../plugins/sdk/index.ts';
import type { GuestCapability } from '../context.ts';

/** Records a raw event of this channel; no other channel can be named. */
export const emit: GuestCapability = {
  name: 'emit',
  always: true,
  build:
    (bridge): PluginContext['emit'] =>
    async (event) => {
      const { event_id, body } = event ?? {};
      await bridge.call('emit', { event_id, body });
    },
};
