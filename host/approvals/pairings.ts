/**
 * Senders whom nobody knows (`unknown_senders: pair`): each gets a code in the chat, which an operator approves. What
 * was approved is kept in memory too, because every message asks for it.
 */
import type { AuditEntry, PairingRow } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Clock, isoTime } from '../lib/clock.ts';

export const PAIRING_TTL_MS = 3_600_000;
/** Codes that may wait in one channel: strangers must not fill an operator's list. */
export const MOST_PENDING = 3;
/** How often one sender is told the code while it is valid. */
const MOST_ANSWERS = 3;
/** Without letters and digits that look alike. 32 of them: 8 characters are 40 random bits. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export interface PairingView {
  code: string;
  channel_id: string;
  user_key: string;
  state: 'pending' | 'approved' | 'expired';
  created_at: string;
  expires_at: string;
  decided_by: string | null;
  decided_at: string | null;
}

export interface PairingsDeps {
  ledger: Ledger;
  clock: Clock;
  /** Random bytes. */
  random(size: number): Uint8Array;
}

interface Known {
  row: PairingRow;
  answers: number;
}

export const createPairings = async ({ ledger, clock, random }: PairingsDeps) => {
  const known = new Map<string, Known>();
  const keyOf = (channel_id: string, user_key: string): string => `${channel_id}\n${user_key}`;
  for (const row of await ledger.pairings()) known.set(keyOf(row.channel_id, row.user_key), { row, answers: 0 });

  const valid = ({ state, expires_at }: PairingRow): boolean => state === 'pending' && expires_at > clock.now();
  const newCode = (): string => [...random(8)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');

  const pendingIn = (channel_id: string): number =>
    [...known.values()].filter(({ row }) => row.channel_id === channel_id && valid(row)).length;

  const entryOf = ({ person_id, channel_id }: PairingRow, actor: string, decision: 'approved' | 'revoked'): AuditEntry => ({
    at: clock.now(),
    actor,
    action: `pairing.${decision}`,
    person_id,
    subject: person_id,
    decision,
    detail: { channel_id },
  });

  /** Forgets codes that are over; the row is overwritten when the sender comes again. */
  const tidy = (): void => {
    for (const [key, { row }] of known) if (row.state === 'pending' && !valid(row)) known.delete(key);
  };

  const view = (row: PairingRow): PairingView => ({
    code: row.code,
    channel_id: row.channel_id,
    user_key: row.user_key,
    state: row.state === 'approved' ? 'approved' : valid(row) ? 'pending' : 'expired',
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
    decided_by: row.decided_by,
    decided_at: row.decided_at === null ? null : isoTime(row.decided_at),
  });

  return {
    isPaired: (channel_id: string, user_key: string | null): boolean =>
      user_key !== null && known.get(keyOf(channel_id, user_key))?.row.state === 'approved',

    /**
     * The code that this sender may be told, and the row to be written with the message; null when there is nothing to
     * tell: the sender was told often enough, or too many others wait.
     */
    ask(channel_id: string, user_key: string, person_id: string): { code: string; row: PairingRow } | null {
      const key = keyOf(channel_id, user_key);
      const found = known.get(key);
      if (found && valid(found.row)) {
        found.answers++;
        return found.answers > MOST_ANSWERS ? null : { code: found.row.code, row: found.row };
      }
      tidy();
      if (pendingIn(channel_id) >= MOST_PENDING) return null;
      const now = clock.now();
      const row: PairingRow = {
        channel_id,
        user_key,
        person_id,
        code: newCode(),
        state: 'pending',
        created_at: now,
        expires_at: now + PAIRING_TTL_MS,
        decided_by: null,
        decided_at: null,
      };
      known.set(key, { row, answers: 1 });
      return { code: row.code, row };
    },

    /** From now on the sender may write. Throws `NOT_FOUND` for a code that nobody has, that is over, or whose sender goes meanwhile. */
    async approve(code: string, actor: string): Promise<PairingView> {
      const asked = code.trim().toUpperCase();
      const found = [...known.values()].find(({ row }) => row.code === asked && valid(row));
      if (!found)
        throw new AppError('NOT_FOUND', `No sender waits with the code ${asked}.`, 'A code is valid for an hour: agentos pair list.');
      const row: PairingRow = { ...found.row, state: 'approved', decided_by: actor, decided_at: clock.now() };
      await ledger.commit({ pairings: [row], audit: [entryOf(row, actor, 'approved')] });
      // Whoever erases the sender, or takes the pairing back, forgets first and writes then: that write comes after this one.
      if (known.get(keyOf(row.channel_id, row.user_key)) !== found)
        throw new AppError('NOT_FOUND', `The sender with the code ${asked} was erased or refused meanwhile.`, 'agentos pair list.');
      found.row = row;
      return view(row);
    },

    /** From now on the sender is a stranger again, and a code that waits is nobody's. Throws `NOT_FOUND`. */
    async revoke(channel_id: string, user_key: string, actor: string): Promise<PairingView> {
      const key = keyOf(channel_id, user_key);
      const found = known.get(key);
      if (!found) throw new AppError('NOT_FOUND', `${user_key} is not paired with ${channel_id}.`, 'agentos pair list shows who is.');
      const shown = view(found.row);
      known.delete(key);
      try {
        await ledger.commit({ unpaired: [{ channel_id, user_key }], audit: [entryOf(found.row, actor, 'revoked')] });
      } catch (error) {
        if (!known.has(key)) known.set(key, found);
        throw error;
      }
      return shown;
    },

    /** The sender was erased: a code of theirs is nobody's, and whoever writes under that name is a stranger. */
    forget(channel_id: string, user_key: string): void {
      known.delete(keyOf(channel_id, user_key));
    },

    list: (): PairingView[] => [...known.values()].map(({ row }) => view(row)),
  };
};

export type Pairings = Awaited<ReturnType<typeof createPairings>>;
