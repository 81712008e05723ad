/** Refuses what was seen a moment ago, to save work. The judge is the unique key of the row, kept for the retention time. */
import type { Step } from '../turn.ts';

const REMEMBERED = 50_000;

/** Whether the row of a message stands in the database. */
export type Stands = (channel_id: string, message_id: string) => Promise<boolean>;

/** The memory tells what is worth a look; `stands` decides, because a decision that is remembered may never have been written. */
export const createDedupe = (stands: Stands = async () => true): Step => {
  const seen = new Set<string>();
  const note = (twin: string, key: string): void => {
    seen.add(twin).add(key);
    for (const oldest of seen) {
      if (seen.size <= REMEMBERED * 2) break;
      seen.delete(oldest);
    }
  };
  return {
    name: 'dedupe',
    run({ message }) {
      const { channel_id, message_id, event_id } = message;
      const twin = `${channel_id}\n${message_id}`;
      const key = `${twin}\n${event_id}`;
      // The same event again (after a crash of its parser) is not a repetition: its row was never written.
      if (!seen.has(twin) || seen.has(key)) {
        note(twin, key);
        return null;
      }
      return stands(channel_id, message_id).then((written) => {
        if (written) return { state: 'duplicate', reason: 'DUPLICATE', replies: [] };
        note(twin, key);
        return null;
      });
    },
  };
};
