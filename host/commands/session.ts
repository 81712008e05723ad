/** `/session`: the sessions of this user in this conversation, and nobody else's. */
import type { SessionRow } from '../db/unit.ts';
import type { Command, CommandAnswer, CommandContext } from './command.ts';
import { startAfresh } from './new.ts';

const USAGE = 'Use /session new, /session id, /session list, /session use NUMBER, /session resume, or /session close.';

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

const line = (session: SessionRow, index: number, current: string): string =>
  `${index + 1}. ${session.id}, begun ${day(session.created_at)}${session.state === 'closed' ? ', closed' : ''}${session.id === current ? ' (this one)' : ''}`;

const list = async ({ session, sessions }: CommandContext): Promise<CommandAnswer> => {
  const all = await sessions.list(session);
  return { text: all.map((each, index) => line(each, index, session.id)).join('\n') };
};

/** By its number in the list or by its id; only the sessions of this key can be named. */
const use = async ({ session, sessions, words }: CommandContext): Promise<CommandAnswer> => {
  const all = await sessions.list(session);
  const wanted = words[1] ?? '';
  const found = all.find((each) => each.id === wanted) ?? (/^\d{1,3}$/.test(wanted) ? all[Number(wanted) - 1] : undefined);
  if (!found) return { text: `There is no session ${wanted || 'without a number'} here. /session list shows them.` };
  return { text: `Now in session ${found.id}.`, sessions: await sessions.activate(found) };
};

/** Back to the session before this one. */
const resume = async ({ session, sessions }: CommandContext): Promise<CommandAnswer> => {
  const before = (await sessions.list(session)).find((each) => each.id !== session.id);
  if (!before) return { text: 'There is no earlier session here.' };
  return { text: `Back in session ${before.id}.`, sessions: await sessions.activate(before) };
};

const ACTIONS: Readonly<Record<string, (context: CommandContext) => CommandAnswer | Promise<CommandAnswer>>> = {
  new: (context) => startAfresh.run(context),
  id: ({ session }) => ({ text: session.id }),
  list,
  use,
  resume,
  close: ({ session, sessions }) => ({
    text: 'The session is closed. Your next message begins a new one.',
    sessions: sessions.close(session),
  }),
};

export const session: Command = {
  name: 'session',
  help: 'new, id, list, use NUMBER, resume, close',
  run(context) {
    const word = context.words[0]?.toLowerCase() ?? '';
    const action = Object.hasOwn(ACTIONS, word) ? ACTIONS[word] : undefined;
    return action ? action(context) : { text: USAGE };
  },
};
