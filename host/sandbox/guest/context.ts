/** Builds the `PluginContext`: what every adapter has, and what this one was granted. What was not is absent. */
import type { PluginStart } from '../wire.ts';
import type { Bridge } from './bridge.ts';
import { clock } from './capabilities/clock.ts';
import { crypto } from './capabilities/crypto.ts';
import { emit } from './capabilities/emit.ts';
import { fetch } from './capabilities/fetch.ts';
import { log } from './capabilities/log.ts';
import { mail } from './capabilities/mail.ts';
import { storage } from './capabilities/storage.ts';
import { timers } from './capabilities/timers.ts';

/** One power of the context. To add one: a file, and a line in `CAPABILITIES`. */
export interface GuestCapability {
  /** Its name in the context and in `granted`. */
  name: string;
  /** Given without a grant. */
  always: boolean;
  build(bridge: Bridge, granted: readonly string[]): unknown;
}

const CAPABILITIES: readonly GuestCapability[] = [clock, crypto, emit, fetch, log, mail, storage, timers];

export const buildContext = (bridge: Bridge, { channel_id, config, webhook_url, granted, emits }: PluginStart): object => {
  const context: Record<string, unknown> = { channel_id, config };
  if (webhook_url !== null) context.webhook_url = webhook_url;
  for (const capability of CAPABILITIES) {
    if (capability.name === 'emit' && !emits) continue;
    if (capability.always || granted.includes(capability.name)) context[capability.name] = capability.build(bridge, granted);
  }
  return context;
};
