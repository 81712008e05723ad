/** What becomes of operations that wait together, one after the other: what they answer, and what is to be written. Pure. */
import { CapabilityError, type Json } from '../sandbox/confined.ts';
import type { StorageRequest } from './storage-request.ts';

export interface Waiting {
  request: StorageRequest;
  max_bytes: number;
  resolve(value: Json): void;
  reject(error: unknown): void;
}

/** A key as it stands after the operations so far. `text` is null where only the size was read. */
export interface Entry {
  bytes: number;
  text: string | null;
}

export interface Round {
  /** In the order of the operations. */
  outcomes: (readonly [Waiting, string | null | CapabilityError])[];
  /** The last word on each key; a text of null deletes it. */
  changes: { key: string; text: string | null; bytes: number }[];
  used: number;
}

const full = (key: string, used: number, needed: number, allowed: number): CapabilityError =>
  new CapabilityError(
    'STORAGE_FULL',
    `The storage of this channel is full: ${used} of ${allowed} bytes are used, and "${key.slice(0, 64)}" needs ${needed} more. Delete what is not needed, or ask for more in permissions.storage.max_bytes.`,
  );

export const decideRound = (waiting: readonly Waiting[], stored: ReadonlyMap<string, Entry>, usedBefore: number): Round => {
  const entries = new Map(stored);
  const changes = new Map<string, { key: string; text: string | null; bytes: number }>();
  const outcomes: Round['outcomes'] = [];
  let used = usedBefore;
  for (const each of waiting) {
    const { request, max_bytes } = each;
    if (request.op === 'list') continue;
    const { key } = request;
    const entry = entries.get(key);
    if (request.op === 'get') {
      outcomes.push([each, entry?.text ?? null]);
      continue;
    }
    const text = request.op === 'set' ? request.value : null;
    const bytes = text === null ? 0 : Buffer.byteLength(key) + Buffer.byteLength(text);
    const needed = bytes - (entry?.bytes ?? 0);
    // What makes room is never refused, also when the quota became smaller than what is there.
    if (needed > 0 && used + needed > max_bytes) {
      outcomes.push([each, full(key, used, needed, max_bytes)]);
      continue;
    }
    used += needed;
    if (text === null) entries.delete(key);
    else entries.set(key, { bytes, text });
    changes.set(key, { key, text, bytes });
    outcomes.push([each, null]);
  }
  return { outcomes, changes: [...changes.values()], used };
};
