import type { PluginContext } from '../../../../plugins/sdk/index.ts';
import type { GuestCapability } from '../context.ts';

/** Wall time and a monotonic time; neither can be set or slowed. */
export const clock: GuestCapability = {
  name: 'clock',
  always: true,
  build: (bridge): PluginContext['clock'] => ({ now: () => Date.now(), monotonic_ms: () => bridge.local('monotonic') as number }),
};
