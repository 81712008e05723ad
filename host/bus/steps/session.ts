/** Finds the session that the message belongs to, or begins one. */
import type { Sessions } from '../../sessions/sessions.ts';
import type { Step } from '../turn.ts';

export const createSessionStep = (sessions: Sessions): Step => ({
  name: 'session',
  async run(turn) {
    const { session, changed } = await sessions.resolve(turn.message, turn.channel.session_scope);
    turn.session = session;
    turn.session_rows.push(...changed);
    turn.message.session_id = session.id;
    return null;
  },
});
