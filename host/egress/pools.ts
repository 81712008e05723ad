/** Connections kept open: one pool per origin, its addresses checked and pinned, looked up again after a short time. */
import { Pool } from 'undici';
import type { Clock } from '../lib/clock.ts';
import { createPinnedConnector, type TlsOptions } from './connector.ts';
import type { Resolved } from './resolve.ts';
import type { Parsed, Target } from './target.ts';

export interface PoolLimits {
  /** How long a checked answer of DNS is used before it is asked again. */
  dnsTtlMs: number;
  connectTimeoutMs: number;
  /** Addresses of one name that a connection tries in turn. */
  addressesTried: number;
  /** Sockets per origin; what is over waits in the pool's queue. */
  connections: number;
  /** Pools kept; the one unused for longest goes first. */
  pools: number;
  /** A pool unused for this long goes when another origin is met. */
  idleMs: number;
  maxHeaderBytes: number;
}

export const DEFAULT_POOL_LIMITS: PoolLimits = {
  dnsTtlMs: 30_000,
  connectTimeoutMs: 5_000,
  addressesTried: 4,
  connections: 32,
  pools: 64,
  idleMs: 60_000,
  maxHeaderBytes: 16_384,
};

export interface OriginPool {
  readonly pool: Pool;
  readonly isPublic: boolean;
}

interface Entry extends OriginPool {
  readonly addresses: readonly string[];
  freshUntil: number;
  usedAt: number;
}

export interface Pools {
  /** The pool of an origin whose addresses are still fresh: nothing to wait for. */
  fresh(target: Target): OriginPool | undefined;
  /** Looks the name up, once for all that ask at the same time. */
  open(target: Target): Promise<Parsed<OriginPool>>;
  close(): Promise<void>;
}

export interface PoolsDeps {
  clock: Clock;
  resolve: (target: Target) => Promise<Parsed<Resolved>>;
  tls: TlsOptions;
}

/** Answers that only changed their order keep the open connections. */
const stillHolds = (entry: Entry, resolved: Resolved): boolean =>
  entry.isPublic === resolved.isPublic && entry.addresses.every((address) => resolved.addresses.includes(address));

export const createPools = ({ clock, resolve, tls }: PoolsDeps, limits: PoolLimits): Pools => {
  const entries = new Map<string, Entry>();
  const lookups = new Map<string, Promise<Parsed<OriginPool>>>();
  let closed = false;

  /** Finishes what is in flight, takes nothing new. */
  const retire = (origin: string, entry: Entry) => {
    if (entries.get(origin) === entry) entries.delete(origin);
    entry.pool.close().catch(() => undefined);
  };

  const makeRoom = () => {
    const now = clock.monotonic();
    for (const [origin, entry] of entries) if (now - entry.usedAt > limits.idleMs) retire(origin, entry);
    if (entries.size < limits.pools) return;
    const [oldest] = [...entries].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    if (oldest !== undefined) retire(...oldest);
  };

  const createEntry = (target: Target, resolved: Resolved): Entry => {
    const now = clock.monotonic();
    const addresses = resolved.addresses.slice(0, limits.addressesTried);
    const pool = new Pool(target.origin, {
      connections: limits.connections,
      pipelining: 1,
      connect: createPinnedConnector(addresses, limits.connectTimeoutMs, tls),
      maxHeaderSize: limits.maxHeaderBytes,
      // One timer bounds the whole request; two more per phase would only cost.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { pool, isPublic: resolved.isPublic, addresses, freshUntil: now + limits.dnsTtlMs, usedAt: now };
  };

  const renew = async (target: Target): Promise<Parsed<OriginPool>> => {
    const resolved = await resolve(target);
    const current = entries.get(target.origin);
    if (!resolved.ok) return resolved;
    if (closed) return { ok: false, fault: { code: 'ABORTED', message: 'The host is stopping.' } };
    if (current !== undefined && stillHolds(current, resolved.value)) {
      current.freshUntil = clock.monotonic() + limits.dnsTtlMs;
      current.usedAt = clock.monotonic();
      return { ok: true, value: current };
    }
    if (current !== undefined) retire(target.origin, current);
    else makeRoom();
    const entry = createEntry(target, resolved.value);
    entries.set(target.origin, entry);
    return { ok: true, value: entry };
  };

  return {
    fresh(target) {
      const entry = entries.get(target.origin);
      const now = clock.monotonic();
      if (entry === undefined || now >= entry.freshUntil) return undefined;
      entry.usedAt = now;
      return entry;
    },
    open(target) {
      const running = lookups.get(target.origin);
      if (running !== undefined) return running;
      const lookup = renew(target).finally(() => lookups.delete(target.origin));
      lookups.set(target.origin, lookup);
      return lookup;
    },
    async close() {
      closed = true;
      const pools = [...entries.values()];
      entries.clear();
      await Promise.all(pools.map(({ pool }) => pool.destroy().catch(() => undefined)));
    },
  };
};
