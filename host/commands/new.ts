import type { Command } from './command.ts';

export const startAfresh: Command = {
  name: 'new',
  help: 'start a new session',
  async run({ message, session, sessions }) {
    const { session: fresh, changed } = await sessions.renew(message, session.session_key);
    return { text: `A new session has begun: ${fresh.id}`, sessions: changed };
  },
};
