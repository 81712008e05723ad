import type { FetchResponse, PluginFetch } from '../../../../plugins/sdk/index.ts';
import type { GuestCapability } from '../context.ts';

/** Requests to granted origins. No `Request`, no streams, no forbidden headers: the host builds the request. */
export const fetch: GuestCapability = {
  name: 'fetch',
  always: false,
  build:
    (bridge): PluginFetch =>
    async (url, request) =>
      (await bridge.call('fetch', { ...request, url })) as FetchResponse,
};
