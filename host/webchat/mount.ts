/** Puts the web chat into the host's HTTP app. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import { createLedgerStore, WEBCHAT } from './ledger-store.ts';
import { webchatRoutes } from './routes.ts';

export interface MountDeps {
  ledger: Ledger;
  feed: Feed;
  clock: Clock;
  record(channel_id: string, event_id: string, body: string): Promise<{ duplicate: boolean }>;
  /** Whether the channel takes messages. */
  enabled(channel_id: string): boolean;
  /** `channels.webchat.public` of the policy. */
  isPublic(): boolean;
  public_url: string | null;
  dist_dir: string;
  onDefect(error: unknown): void;
}

export const mountWebchat = (app: FastifyInstance, deps: MountDeps): void => {
  void app.register(
    webchatRoutes({
      store: createLedgerStore(deps),
      enabled: () => deps.enabled(WEBCHAT),
      public: deps.isPublic,
      public_url: deps.public_url,
      assets_dir: path.join(deps.dist_dir, 'webchat'),
      clock: deps.clock,
      random_bytes: randomBytes,
      on_error: deps.onDefect,
    }),
  );
};
