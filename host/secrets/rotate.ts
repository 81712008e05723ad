/**
 * A new host key. At every moment one key opens the home: the next key is on the disk before anything is
 * wrapped with it, the check value changes in one transaction with what that key seals, and only then does
 * the next key take the place of the former. What a crash leaves is settled at the next start.
 */
import { randomBytes } from 'node:crypto';
import type { PluginRow, ResealedConfig } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { dropNextKey, keyCheck, takeNextKey, writeNextKey } from './host-key.ts';
import type { Keyring } from './keyring.ts';
import { resealTable } from './reseal.ts';
import { createSeal, type Seal } from './seal.ts';

export interface RotateDeps {
  ledger: Pick<Ledger, 'commit' | 'plugins' | 'openText' | 'foreignValues' | 'loadKeys'>;
  keyring: Keyring;
  keys_dir: string;
  /** The host key comes from the environment, which only its owner can change. */
  key_is_given: boolean;
  now(): number;
  /** The keys' backups hold what the former key wraps. */
  copyKeys(): Promise<{ written: string[]; failed: string[] }>;
  probe?: ((point: 'rotate.written' | 'rotate.wrapped' | 'rotate.committed', key_id: string) => void) | undefined;
}

export interface Rotation {
  key_id: string;
  former_key_id: string;
  keys_wrapped: number;
  configurations_sealed: number;
  /** Of plugins, and requests that wait for consent or had it. */
  stored_values_sealed: number;
  approvals_sealed: number;
  /** Requests to connectors without a session, and what came back. */
  evidence_sealed: number;
  keys_backups: string[];
  keys_backups_not_reached: string[];
  /** What is left to be done by hand; null when nothing is. */
  next_step: string | null;
}

/** What cannot be opened as a channel's or connector's configuration stays: the former key is kept for it. */
const resealed = ({ kind, id, config }: PluginRow, open: RotateDeps['ledger']['openText'], next: Seal): ResealedConfig[] => {
  if (config === null) return [];
  const place = { table: `${kind}s`, row: id, column: 'config' };
  try {
    return [{ kind, id, was: config, config: next.seal(open(config, place.table, place.row, place.column), place) }];
  } catch {
    return [];
  }
};

/** `given`: the key to use; without it one is made. Throws `STATE_CONFLICT` when the environment holds the key and none is given. */
export const rotateHostKey = async (deps: RotateDeps, given: Buffer | null, actor: string): Promise<Rotation> => {
  const { ledger, keyring, keys_dir, now } = deps;
  if (deps.key_is_given && !given)
    throw new AppError(
      'STATE_CONFLICT',
      'The host key is AGENTOS_MASTER_KEY, which only you can change.',
      'Write a new key (openssl rand -base64 32) into a file and pass it: agentos secrets rotate --key-file FILE. Then set AGENTOS_MASTER_KEY to it.',
    );
  const key = given ?? randomBytes(32);
  const next = { key, seal: createSeal(key) };
  const former_key_id = keyring.host_key_id();
  if (next.seal.key_id === former_key_id) throw new AppError('INVALID_PARAMS', 'This is the key in use.', 'Give another one.');
  await writeNextKey(keys_dir, key);
  deps.probe?.('rotate.written', next.seal.key_id);
  const keys_wrapped = await keyring.rewrapWith(next);
  deps.probe?.('rotate.wrapped', next.seal.key_id);
  const configs = (await ledger.plugins()).flatMap((row) => resealed(row, ledger.openText, next.seal));
  const audit = { at: now(), actor, action: 'secrets.rotated', subject: 'host_key', decision: next.seal.key_id, detail: { former_key_id } };
  try {
    await ledger.commit({ settings: [keyCheck(next.seal, now(), actor)], resealed_configs: configs, audit: [audit] });
  } catch (error) {
    await keyring.goBack();
    await dropNextKey(keys_dir);
    throw error;
  }
  deps.probe?.('rotate.committed', next.seal.key_id);
  keyring.adopt(next);
  await (deps.key_is_given ? dropNextKey(keys_dir) : takeNextKey(keys_dir));
  // What was sealed with the former key before this turn is in the database after it.
  await ledger.commit({});
  const stored_values_sealed = await resealTable(ledger, 'plugin_storage', next.seal);
  const approvals_sealed = await resealTable(ledger, 'approvals', next.seal);
  const evidence_sealed = await resealTable(ledger, 'evidence', next.seal);
  const copies = await deps.copyKeys();
  return {
    key_id: next.seal.key_id,
    former_key_id,
    keys_wrapped,
    configurations_sealed: configs.length,
    stored_values_sealed,
    approvals_sealed,
    evidence_sealed,
    keys_backups: copies.written,
    keys_backups_not_reached: copies.failed,
    next_step: deps.key_is_given ? 'Set AGENTOS_MASTER_KEY to the new key before the next start.' : null,
  };
};
