/** The granted `fetch`, or the reason why there is none. */
import type { PluginContext, PluginFetch } from './index.ts';
import { PlatformError } from './platform-error.ts';

export const grantedFetch = (context: PluginContext): PluginFetch =>
  context.fetch ??
  (() =>
    Promise.reject(
      new PlatformError('NETWORK_NOT_GRANTED', "This channel was not granted 'network': approve the permission and reload it."),
    ));
