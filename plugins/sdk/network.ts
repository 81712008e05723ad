import type { PluginContext, PluginFetch } from './index.ts';
import { PlatformError } from './platform-error.ts';

/** The granted `fetch`; without the permission one that rejects with the reason, so that an adapter need not ask first. */
export const grantedFetch = (context: PluginContext): PluginFetch =>
  context.fetch ??
  (() =>
    Promise.reject(
      new PlatformError('NETWORK_NOT_GRANTED', "This channel was not granted 'network': approve the permission and reload it."),
    ));
