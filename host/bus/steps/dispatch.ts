/** The end of every way: a command is answered here, everything else goes to the agent. */
import { type Agent, textReply } from '../../agents/agent.ts';
import { type Command, commandWords } from '../../commands/command.ts';
import type { SessionRow } from '../../db/unit.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import type { Ending, Step, Turn } from '../turn.ts';

export interface DispatchDeps {
  agent: Agent;
  commands: readonly Command[];
  sessions: Sessions;
}

const runCommand = async (turn: Turn, command: Command, deps: DispatchDeps): Promise<Ending> => {
  const answer = await command.run({
    message: turn.message,
    session: turn.session as SessionRow,
    person_id: turn.person_id,
    blocked_operations: turn.channel.policy().blocked_operations,
    words: commandWords(turn.message.text ?? ''),
    sessions: deps.sessions,
    commands: deps.commands,
    channel_name: turn.channel.name,
  });
  turn.session_rows.push(...(answer.sessions ?? []));
  return { state: 'answered', reason: `COMMAND_${command.name.toUpperCase()}`, replies: [textReply(answer.text)] };
};

const unknownCommand = (turn: Turn): Ending =>
  turn.message.conversation_type === 'direct'
    ? {
        state: 'answered',
        reason: 'UNKNOWN_COMMAND',
        replies: [textReply(`I do not know /${turn.command}. /help shows what I understand.`)],
      }
    : { state: 'ignored', reason: 'UNKNOWN_COMMAND', replies: [] };

export const createDispatch = (deps: DispatchDeps): Step => ({
  name: 'dispatch',
  run(turn) {
    if (turn.command !== null) {
      const command = deps.commands.find((each) => each.name === turn.command);
      return command ? runCommand(turn, command, deps) : unknownCommand(turn);
    }
    if (deps.agent.immediate) return { state: 'answered', reason: null, replies: deps.agent.immediate(turn.message) };
    return { state: 'dispatched', reason: null, replies: [] };
  },
});
