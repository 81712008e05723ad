/** What one plugin may use: what its manifest asks for, at most what the policy allows. */
import type { Budget, Manifest } from '../../schemas/manifest.ts';
import type { SecurityPolicy } from '../../schemas/security-policy.ts';

export interface PluginBudget {
  heap_mb: number;
  cpu_ms_per_second: number;
  /** `receive` is pure work. */
  receive_ms: number;
  /** Calls that talk to a platform may take as long as a slow platform does. */
  network_ms: number;
  /** Events of the channel that are kept in memory; the others wait in the database. */
  queue: number;
}

/** In characters. */
export interface MessageLimits {
  max_to_plugin: number;
  max_from_plugin: number | undefined;
}

const LEAST_TO_PLUGIN = 1_048_576;
/** What a connector is given to upload, and what it answers. How much of that a caller gets, the policy says. */
const CONNECTOR = 10_485_760;

/** A body of so many bytes has at most twice as many characters as JSON, when it is text for people. */
export const messageLimits = ({ webhook, permissions, operations }: Manifest): MessageLimits => {
  const bodies = (permissions?.network ?? []).map(({ max_response_bytes = 0 }) => max_response_bytes);
  return {
    max_to_plugin: Math.max(
      2 * Math.max(LEAST_TO_PLUGIN, webhook?.max_body_bytes ?? 0, ...bodies),
      operations === undefined ? 0 : CONNECTOR,
    ),
    max_from_plugin: operations === undefined ? undefined : CONNECTOR,
  };
};

const DEFAULTS: PluginBudget = { heap_mb: 64, cpu_ms_per_second: 200, receive_ms: 5_000, network_ms: 45_000, queue: 1_000 };

export const pluginBudget = (asked: Budget = {}, most: SecurityPolicy['budgets'] = {}): PluginBudget => {
  const within = (value: number, limit: number | undefined): number => Math.min(value, limit ?? value);
  const call_ms = asked.call_timeout_ms;
  return {
    heap_mb: within(asked.heap_mb ?? DEFAULTS.heap_mb, most.heap_mb),
    cpu_ms_per_second: within(asked.cpu_ms_per_second ?? DEFAULTS.cpu_ms_per_second, most.cpu_ms_per_second),
    receive_ms: within(call_ms ?? DEFAULTS.receive_ms, most.call_timeout_ms),
    network_ms: within(Math.max(call_ms ?? 0, DEFAULTS.network_ms), most.call_timeout_ms),
    queue: within(asked.queue ?? DEFAULTS.queue, most.queue),
  };
};
