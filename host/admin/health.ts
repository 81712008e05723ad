/** `GET /health` in the guide's shape. Says nothing else: it needs no token. */
import type { PluginState } from '../registry/plugin-status.ts';

export interface Health {
  status: 'healthy' | 'degraded' | 'unhealthy';
  timestamp: string;
  components: { database: 'healthy' | 'unhealthy'; network_mode: string; channels: string[] };
}

export interface HealthFacts {
  timestamp: string;
  /** Why the database cannot be written; null when it can. */
  database_fault: string | null;
  network_mode: string;
  channels: readonly { id: string; state: PluginState; enabled: boolean }[];
}

const LIVE: ReadonlySet<PluginState> = new Set(['running', 'degraded']);
const TROUBLED: ReadonlySet<PluginState> = new Set(['degraded', 'quarantined']);

export const healthOf = (facts: HealthFacts): Health => {
  const troubled = facts.channels.some(({ state, enabled }) => enabled && TROUBLED.has(state));
  const database = facts.database_fault === null ? 'healthy' : 'unhealthy';
  return {
    status: database === 'unhealthy' ? 'unhealthy' : troubled ? 'degraded' : 'healthy',
    timestamp: facts.timestamp,
    components: {
      database,
      network_mode: facts.network_mode,
      channels: facts.channels.filter(({ state }) => LIVE.has(state)).map(({ id }) => id),
    },
  };
};
