/** The connectors of a home's folders: what each is wired from, and what outlives its workers. */
import type { Metrics } from '../admin/metrics.ts';
import type { FetchBounds } from '../capabilities/fetch.ts';
import { createRequestTracker } from '../capabilities/request-tracker.ts';
import { createScrub } from '../capabilities/scrub.ts';
import { createPluginStorage } from '../capabilities/storage.ts';
import type { Config } from '../config.ts';
import { createDirectory } from '../connectors/pool/directory.ts';
import { createOpenRequests, type OpenRequests } from '../connectors/pool/open-requests.ts';
import { createPooledConnector, type PooledConnector } from '../connectors/pool/pooled-connector.ts';
import type { Egress } from '../egress/egress.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { ledgerStorage } from '../ledger/plugin-storage.ts';
import type { Clock } from '../lib/clock.ts';
import { type Feed, feedEntry } from '../lib/feed.ts';
import type { Logger } from '../lib/logger.ts';
import { createFaultHistory, type FaultHistory } from '../registry/fault-history.ts';
import type { Generation, Next } from '../registry/generation.ts';
import { createPluginRegistry, type PluginRegistry } from '../registry/plugin-registry.ts';
import type { FolderWatch } from '../registry/watch.ts';
import type { Sandbox } from '../sandbox/confined.ts';
import type { PluginBundles } from './plugin-bundles.ts';
import { createPluginFolders } from './plugin-folders.ts';
import { createPowers, type Ready } from './plugin-powers.ts';
import { notRunning, registryDeps, stateLevel } from './plugin-registry.ts';

export interface ConnectorPoolDeps {
  config: Config;
  log: Logger;
  clock: Clock;
  ledger: Ledger;
  metrics: Metrics;
  feed: Feed;
  egress: Egress;
  sandbox: Sandbox;
  bundles: PluginBundles;
  network_mode(): string;
  dist_dir: string;
  /** Development: plugin folders are watched, and the own ones need no new approval while they ask for no more. */
  reload: boolean;
  /** Nothing is started: a command works on the database alone. */
  offline: boolean;
  on_error(error: unknown, what: string): void;
}

/** What outlives the workers of one connector. */
interface Room {
  faults: FaultHistory;
  requests: OpenRequests;
}

const MEGABYTE = 1_048_576;
const DEFAULT_RESPONSE_MB = 5;
/** No channel has such an id: what a connector keeps is its own, also when a channel bears its name. */
const storageName = (id: string): string => `connector:${id}`;

export const createConnectorPool = (deps: ConnectorPoolDeps) => {
  const { config, clock, ledger, log } = deps;
  const folders = createPluginFolders({ ...deps, kind: 'connector' });
  const storage = createPluginStorage(ledgerStorage(ledger));
  const rooms = new Map<string, Room>();
  let watch: FolderWatch | null = null;

  const room = (id: string): Room => {
    const known = rooms.get(id) ?? { faults: createFaultHistory(Math.random), requests: createOpenRequests(clock) };
    rooms.set(id, known);
    return known;
  };

  /** The policy's entry as it is now. */
  const policyOf = (id: string) => {
    const entries = config.policy.connectors ?? {};
    return Object.hasOwn(entries, id) ? entries[id] : undefined;
  };

  const boundsOf =
    (id: string) =>
    (call_id: string | null): FetchBounds => {
      const left = room(id).requests.left(call_id);
      const most = (policyOf(id)?.max_response_size_mb ?? DEFAULT_RESPONSE_MB) * MEGABYTE;
      return {
        max_response_bytes: Math.floor(Math.min(most, left?.max_response_bytes ?? most)),
        timeout_ms: left?.timeout_ms ?? Number.POSITIVE_INFINITY,
        domains() {
          const { allowed_domains = [], blocked_domains = [] } = policyOf(id) ?? {};
          return { place: `connectors.${id}`, allowed_domains, blocked_domains };
        },
      };
    };

  const generation = (evaluated: Ready): Generation => {
    const { id } = evaluated.source;
    const { network_mode, egress } = deps;
    const { generation, placeholders, grants } = createPowers(
      { egress, network_mode, storage, budgets: config.policy.budgets },
      evaluated,
      { storage_name: storageName(id), tracker: createRequestTracker(), bounds: boundsOf(id) },
    );
    return { ...generation, webhook_url: undefined, scrub: createScrub(placeholders, grants) };
  };

  const makeConnector = (id: string, first: Next, on_state: () => void): PooledConnector => {
    const connector = createPooledConnector(id, first, { sandbox: deps.sandbox, clock, log, ...room(id), on_state });
    return deps.offline ? notRunning(connector) : connector;
  };

  const connectors: PluginRegistry<PooledConnector> = createPluginRegistry<PooledConnector>({
    ...registryDeps({ kind: 'connector', config, ledger, clock, contested: folders.contested }),
    ...folders.forTheRegistry,
    generation,
    runner: makeConnector,
    adopt({ source: { id } }, { manifest, digest }) {
      if (!deps.offline) log.info({ connector_id: id, digest, version: manifest.version }, `connector ${id} is served by ${digest}`);
    },
    route: () => null,
    hold: () => undefined,
    on_removed(id) {
      folders.forget(id);
      rooms.delete(id);
      deps.metrics.connector(id, false);
      if (!deps.offline) log.info({ connector_id: id }, `connector ${id} was removed`);
    },
    on_state(id, { state, reason, fix }, running) {
      deps.metrics.connector(id, running);
      deps.feed.publish(feedEntry('connector', id, state, null));
      if (deps.offline) return;
      log[stateLevel(state)](
        { connector_id: id, state, reason: reason ?? undefined, fix: fix ?? undefined },
        `connector ${id} is ${state}`,
      );
    },
    on_error: deps.on_error,
  });
  deps.bundles.wanted(connectors.needed);

  return {
    connectors,
    /** Those of the folders. */
    directory: createDirectory(connectors),
    /** Reads the folders and starts what may run. */
    load: (): Promise<void> => connectors.load(),
    /** Development: from now on a changed folder is read again by itself. */
    async watch(): Promise<void> {
      watch = await folders.watch((ids) => {
        connectors.changed(ids).catch((error) => deps.on_error(error, 'take up changed folders'));
      });
    },
    async close(): Promise<void> {
      await watch?.close();
      await connectors.stop();
    },
  };
};

export type ConnectorPool = ReturnType<typeof createConnectorPool>;
