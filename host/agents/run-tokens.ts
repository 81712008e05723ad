/** What an agent of somebody's own shows while it answers one message: it may ask connectors in the name of that session, and nothing else. */
import { createHash, randomBytes } from 'node:crypto';

/** Whose run it is. */
export interface RunPlace {
  session_id: string;
  channel_id: string;
  conversation_key: string;
  user_key: string | null;
  message_id: string;
}

export interface RunTokens {
  /** Stands until `end`: the call it was made for is over. */
  issue(place: RunPlace): { token: string; end(): void };
  find(token: string): RunPlace | null;
}

const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** In memory only: no call outlives its host. */
export const createRunTokens = (): RunTokens => {
  const places = new Map<string, RunPlace>();
  return {
    issue(place) {
      const token = `aosr_${randomBytes(32).toString('base64url')}`;
      const digest = digestOf(token);
      places.set(digest, place);
      return { token, end: () => void places.delete(digest) };
    },
    find: (token) => places.get(digestOf(token)) ?? null,
  };
};
