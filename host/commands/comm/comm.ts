/** `/comm`: people ask connectors, each time by a request like any other. Whether the phase lets it run was decided before. */
import type { Caller } from '../../connectors/caller.ts';
import { AppError } from '../../errors.ts';
import type { Command, CommandContext } from '../command.ts';
import { brief } from './brief.ts';
import { fetchPage } from './fetch.ts';
import { rss } from './rss.ts';
import { search } from './search.ts';
import type { Execute, Topic } from './topic.ts';

export const TOPICS: readonly Topic[] = [search, fetchPage, rss, brief];

const callerOf = ({ message, session, person_id }: CommandContext): Caller => ({
  kind: 'command',
  actor: 'command:comm',
  session_id: session.id,
  message_id: message.id,
  channel_id: message.channel_id,
  conversation_key: message.conversation_key,
  user_key: message.user_key,
  person_id,
});

const USAGE = `Use ${TOPICS.map(({ usage }) => `/comm ${usage}`).join(', ')}.`;

const answerTo = async (execute: Execute, context: CommandContext): Promise<string> => {
  const [first = '', ...words] = context.words;
  const topic = TOPICS.find(({ word }) => word === first.toLowerCase());
  if (topic === undefined) return USAGE;
  if (context.blocked_operations.includes(topic.word)) return `/comm ${topic.word} is not allowed here.`;
  const caller = callerOf(context);
  const ask = (connector_type: string, operation: string, params: Record<string, unknown>) =>
    execute({ connector_type, operation, params }, caller);
  try {
    return (await topic.run(ask, words)) ?? `Use /comm ${topic.usage}.`;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `That did not work: ${error.message} ${error.hint} (${error.code})`;
  }
};

export const createComm = (execute: Execute): Command => ({
  name: 'comm',
  help: TOPICS.map(({ usage }) => usage).join(', '),
  run: async (context) => ({ text: await answerTo(execute, context) }),
});
