/** A random name for each user of a channel; the audit trail knows people by it and by nothing else. */
import type { PersonRow } from '../db/unit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';

const REMEMBERED = 50_000;

export interface ResolvedPerson {
  person_id: string;
  /** To be written with the message that shows the person for the first time. */
  added: PersonRow | null;
}

/** `row`: what names the person, for those named by this process; `asked`: it was handed out to be written. */
interface Known {
  person_id: string;
  row: PersonRow | null;
  asked: boolean;
}

export const createPeople = ({ ledger, clock, newId }: { ledger: Ledger; clock: Clock; newId: NewId }) => {
  const known = new Map<string, Known>();

  const remember = (key: string, found: Known): Known => {
    known.set(key, found);
    if (known.size > REMEMBERED) known.delete(known.keys().next().value as string);
    return found;
  };

  const lookUp = async (key: string, channel_id: string, user_key: string): Promise<Known> => {
    const person_id = await ledger.personOf(channel_id, user_key);
    // Somebody else may have named the person while we looked.
    const meanwhile = known.get(key);
    if (meanwhile) return meanwhile;
    if (person_id !== undefined) return remember(key, { person_id, row: null, asked: true });
    const named = newId();
    return remember(key, { person_id: named, row: { person_id: named, channel_id, user_key, created_at: clock.now() }, asked: false });
  };

  return {
    /** Null for messages that nobody sent. The same person gets the same name, also while the first row is still on its way to the disk. */
    async resolve(channel_id: string, user_key: string | null): Promise<ResolvedPerson | null> {
      if (user_key === null) return null;
      const key = `${channel_id}\n${user_key}`;
      const found = known.get(key) ?? (await lookUp(key, channel_id, user_key));
      const added = found.asked ? null : found.row;
      found.asked = true;
      return { person_id: found.person_id, added };
    },
    /** The row that `resolve` asked to be added was not written: the next message asks again, with the same name, which others bear already. */
    forget(channel_id: string, user_key: string): void {
      const found = known.get(`${channel_id}\n${user_key}`);
      if (found) found.asked = found.row === null;
    },
    /** The person was erased: whoever comes back under this key is somebody new. */
    drop(channel_id: string, user_key: string): void {
      known.delete(`${channel_id}\n${user_key}`);
    },
  };
};

export type People = ReturnType<typeof createPeople>;
