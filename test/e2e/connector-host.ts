/** A host in this process on a home with connectors: the API over real HTTP, and the directory that the service sees. */
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { loadConfig } from '../../host/config.ts';
import type { CallLimits, Connector, Outcome } from '../../host/connectors/connector.ts';
import { type Host, openHost } from '../../host/host.ts';
import { closeServer, createNetworkServer, listen } from '../../host/http/server.ts';
import type { Clock } from '../../host/lib/clock.ts';
import { createLogger } from '../../host/lib/logger.ts';
import { ADMIN_TOKEN, type AdminApi, type ApiAnswer, adminApi } from '../support/admin-api.ts';
import { type Home, ROOT } from '../support/home.ts';
import { until } from '../support/until.ts';

export const LIMITS: CallLimits = { timeout_ms: 30_000, max_response_bytes: 1_000_000 };

export interface ConnectorHost {
  url: string;
  host: Host;
  api: AdminApi;
  log: Record<string, unknown>[];
  connector(id: string): Connector;
  call(id: string, operation: string, params: Record<string, unknown>, limits?: Partial<CallLimits>): Promise<Outcome>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  show(id: string): Promise<any>;
  post(id: string, verb: string, body?: object): Promise<ApiAnswer>;
  put(id: string, config: object): Promise<ApiAnswer>;
  /** Approves what lies in the folder, and waits until it serves. */
  approve(id: string, state?: string): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  inState(id: string, state: string): Promise<any>;
  stop(): Promise<void>;
}

export interface ConnectorHostOptions {
  env?: Record<string, string>;
  reload?: boolean;
  clock?: Clock;
}

export const openConnectorHost = async (
  home: Home,
  { env = {}, reload = false, clock }: ConnectorHostOptions = {},
): Promise<ConnectorHost> => {
  const { config } = loadConfig({ argv: { home: home.dir }, env: { AGENTOS_ADMIN_TOKEN: ADMIN_TOKEN, ...env } });
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'DEBUG', pretty: false, destination: { write: (line) => log.push(JSON.parse(line)) } });
  const host = await openHost({
    config,
    log: logger,
    mode: 'serve',
    reload,
    dist_dir: path.join(ROOT, 'dist'),
    ...(clock ? { clock } : {}),
  });
  const server = createNetworkServer({ tls: null, webhooks: host.webhooks.handle, app: host.app.routing });
  await listen(server, { host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await host.announce(url);
  await host.start();
  const api = adminApi({ url });
  const at = (id: string, verb = ''): string => `/api/connectors/${id}${verb === '' ? '' : `/${verb}`}`;
  const connector = (id: string): Connector => {
    const found = host.connectors.get(id);
    if (!found) throw new Error(`there is no connector ${id}`);
    return found;
  };
  const show = async (id: string) => (await api.get(at(id))).body;
  const inState = (id: string, state: string) =>
    until(
      () => show(id),
      (shown) => shown.state === state,
      `${id} is ${state}`,
    );
  const post = (id: string, verb: string, body?: object) => api.post(at(id, verb), body);
  return {
    url,
    host,
    api,
    log,
    connector,
    call: (id, operation, params, limits) => connector(id).call(operation, params, { ...LIMITS, ...limits }),
    show,
    post,
    async put(id, config) {
      const response = await fetch(url + at(id, 'config'), {
        method: 'PUT',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(config),
      });
      const body = await response.json();
      return { status: response.status, content_type: response.headers.get('content-type') ?? '', headers: response.headers, body };
    },
    async approve(id, state = 'running') {
      const { digest } = await show(id);
      const { status, body } = await post(id, 'approve', { digest });
      if (status !== 200) throw new Error(`approving ${id} answered ${status}: ${JSON.stringify(body)}`);
      await inState(id, state);
    },
    inState,
    async stop() {
      host.drain();
      await closeServer(server, 1000);
      await host.close();
    },
  };
};
