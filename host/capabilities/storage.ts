/**
 * The capability `storage`: what a channel's plugin keeps, sealed, within its quota. Every operation of a channel goes
 * through one queue, whichever generation asks: what queues up while one commit runs is decided together, in order, and
 * written by the next. So the quota holds whatever runs at the same time, and a read sees every write before it.
 */
import { CapabilityError, type CapabilityHandler, type Json } from '../sandbox/confined.ts';
import { parseStorageRequest, type StorageRequest } from './storage-request.ts';
import { decideRound, type Entry, type Waiting } from './storage-round.ts';

/** What stands in the database, and how it gets there. */
export interface StorageDeps {
  used(channel_id: string): Promise<number>;
  /** Sizes of the keys that exist, and their sealed values where `wanted`. */
  read(
    channel_id: string,
    keys: readonly { key: string; wanted: boolean }[],
  ): Promise<readonly { key: string; value: string | null; bytes: number }[]>;
  list(channel_id: string, page: { prefix: string; after: string; limit: number }): Promise<string[]>;
  /** Resolves after the commit; a value of null deletes. */
  write(channel_id: string, changes: readonly { key: string; value: string | null; bytes: number }[]): Promise<unknown>;
  seal(text: string, channel_id: string, key: string): string;
  open(sealed: string, channel_id: string, key: string): string;
}

const createChannelQueue = (deps: StorageDeps, channel_id: string) => {
  let queue: Waiting[] = [];
  let running = false;
  let used: number | null = null;

  const listKeys = async (request: Extract<StorageRequest, { op: 'list' }>): Promise<Json> => {
    const { prefix, cursor, limit } = request;
    const keys = await deps.list(channel_id, { prefix, after: cursor, limit: limit + 1 });
    const page = keys.slice(0, limit);
    return { keys: page, next_cursor: keys.length > limit ? (page.at(-1) as string) : null };
  };

  const load = async (round: readonly Waiting[]): Promise<Map<string, Entry>> => {
    const wanted = new Map<string, boolean>();
    for (const { request } of round) {
      if (request.op !== 'list') wanted.set(request.key, wanted.get(request.key) === true || request.op === 'get');
    }
    const rows = await deps.read(
      channel_id,
      [...wanted].map(([key, want]) => ({ key, wanted: want })),
    );
    const opened = rows.map(
      ({ key, value, bytes }) => [key, { bytes, text: value === null ? null : deps.open(value, channel_id, key) }] as const,
    );
    return new Map(opened);
  };

  const carryOut = async (round: readonly Waiting[]): Promise<void> => {
    used ??= await deps.used(channel_id);
    const decided = decideRound(round, await load(round), used);
    try {
      const changes = decided.changes.map(({ key, text, bytes }) => ({
        key,
        bytes,
        value: text === null ? null : deps.seal(text, channel_id, key),
      }));
      if (changes.length > 0) await deps.write(channel_id, changes);
    } catch (error) {
      // What stands in the database now is read again.
      used = null;
      throw error;
    }
    used = decided.used;
    for (const [waiting, outcome] of decided.outcomes) {
      if (outcome instanceof CapabilityError) waiting.reject(outcome);
      else waiting.resolve(outcome);
    }
  };

  /** Up to a `list`, which stands alone: it is answered from what is committed. */
  const nextRound = (): Waiting[] => {
    const end = queue.findIndex(({ request }) => request.op === 'list');
    const length = end === -1 ? queue.length : Math.max(end, 1);
    const round = queue.slice(0, length);
    queue = queue.slice(length);
    return round;
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const round = nextRound();
      const [first] = round as [Waiting];
      try {
        if (first.request.op === 'list') first.resolve(await listKeys(first.request));
        else await carryOut(round);
      } catch (error) {
        for (const { reject } of round) reject(error);
      }
    }
    running = false;
  };

  return (request: StorageRequest, max_bytes: number): Promise<Json> =>
    new Promise((resolve, reject) => {
      queue.push({ request, max_bytes, resolve, reject });
      if (running) return;
      running = true;
      setImmediate(() => void drain());
    });
};

export interface PluginStorage {
  /** Args: a `StorageRequest`. Rejects with `INVALID_PARAMS` or `STORAGE_FULL`. */
  capability(channel_id: string, max_bytes: number): CapabilityHandler;
}

export const createPluginStorage = (deps: StorageDeps): PluginStorage => {
  const channels = new Map<string, ReturnType<typeof createChannelQueue>>();
  return {
    capability(channel_id, max_bytes) {
      const ask = channels.get(channel_id) ?? createChannelQueue(deps, channel_id);
      channels.set(channel_id, ask);
      return async (args) => ask(parseStorageRequest(args), max_bytes);
    },
  };
};
