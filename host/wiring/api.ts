/** The part of the composition root that answers over HTTP, but for the webhooks: the API, who may use it, and the pages. */
import os from 'node:os';
import type { FastifyInstance } from 'fastify';
import { createAccess } from '../admin/access/access.ts';
import { createApp } from '../admin/app.ts';
import { createDocument } from '../admin/openapi.ts';
import { createRoutes, type RouteDeps } from '../admin/routes.ts';
import { createRecent } from '../admin/stream/recent.ts';
import { createStream } from '../admin/stream/stream.ts';
import type { RunTokens } from '../agents/run-tokens.ts';
import type { Config } from '../config.ts';
import { mountConsole } from '../console/mount.ts';
import { cameFromCommandLine } from '../http/server.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import type { NewId } from '../lib/ids.ts';
import { mountWebchat } from '../webchat/mount.ts';
import type { HostChannels } from './channels.ts';

export interface HostApiDeps extends Pick<RouteDeps, 'operations' | 'metrics' | 'governance' | 'people' | 'requests' | 'ready'> {
  config: Config;
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  feed: Feed;
  rooms: HostChannels;
  run_tokens: Pick<RunTokens, 'find'>;
  dist_dir: string;
  /** A command that works on the database alone asks this very API. */
  offline: boolean;
  on_error(error: unknown, what: string): void;
}

export const openHostApi = async (deps: HostApiDeps) => {
  const { config, ledger, clock, newId, feed, rooms, dist_dir, on_error } = deps;
  const { public_url } = config;
  const fromCommandLine = deps.offline ? () => true : cameFromCommandLine;
  const access = createAccess({
    ledger,
    clock,
    newId,
    admin_token: config.admin_token,
    public_url,
    fromCommandLine,
    os_user: os.userInfo().username,
    on_error,
  });
  await access.tokens.load();
  const stream = createStream({ recent: createRecent({ feed, clock, start: newId() }), clock, access });
  const routes = createRoutes({ ...deps, access, stream, public_url, document: () => document });
  const document = createDocument(routes);
  const app: FastifyInstance = createApp({
    routes,
    authenticate: access.authenticate,
    findRun: deps.run_tokens.find,
    public_url,
    trusted_proxies: config.trusted_proxies,
    fromCommandLine,
    on_error,
    on_closing: () => stream.close(),
    mount(mounted) {
      mountConsole(mounted, dist_dir);
      mountWebchat(mounted, {
        ledger,
        feed,
        clock,
        record: rooms.record,
        enabled: (id) => rooms.channels.lives(id),
        isPublic: () => config.policy.channels?.webchat?.public === true,
        public_url,
        dist_dir,
        onDefect: (error) => on_error(error, 'serve the chat'),
      });
    },
  });
  await app.ready();
  return { app, tokens: access.tokens, stream };
};
