/** What the short reasons of the host mean, in words. Whatever is not known here stands for itself. Pure. */
import type { Message } from '../../api/answers.ts';

const INBOUND: Readonly<Record<string, string>> = {
  TAKEN_OVER: 'A person held the conversation: it was recorded, not run.',
  JOINED: 'It belongs to the message before it, and was read with that one.',
  RECORDED: 'Edits, reactions and notices of a platform are recorded only.',
  FROM_BOT: 'Other bots are not answered.',
  BROADCAST: 'What is posted to everybody is not answered.',
  GROUPS_OFF: 'The policy answers nobody in groups.',
  NOT_ADDRESSED: 'In a group, only what is addressed to the bot is answered.',
  STALE: 'It waited too long to be answered out of the blue.',
  RATE_LIMITED: 'The person wrote more in a short time than the policy allows.',
  UNKNOWN_SENDER: 'The policy does not let this person write.',
  NOT_PAIRED: 'The person must be paired first.',
  COMMAND_NOT_ALLOWED: 'The policy does not allow this command here.',
  BLOCKED_OPERATION: 'The policy blocks this command.',
  COMM_FORBIDDEN_IN_PHASE: 'The phase does not allow /comm.',
  UNKNOWN_COMMAND: 'Nobody knows this command.',
  STOPPED: 'The person stopped it.',
  AGENT_TIMEOUT: 'The agent did not answer in time.',
  AGENT_UNREACHABLE: 'The agent could not be reached.',
  AGENT_REFUSED: 'The agent refused it.',
  AGENT_BAD_ANSWER: 'What the agent answered could not be used.',
  INTERRUPTED_AFTER_WRITE: 'The host stopped while the agent worked on it, and the agent had written already: it is not begun anew.',
  RESTORED: 'It was not finished when the backup was made that this database comes from.',
  ERASED: 'The person was erased.',
};

const OUTBOUND: Readonly<Record<string, string>> = {
  DROPPED: 'An operator gave it up.',
  EARLIER_PART_FAILED: 'An earlier part of the same answer did not arrive.',
  EXPIRED: 'It waited too long to be sent.',
  NO_ANSWER: 'The platform did not answer: it may have arrived.',
  NO_RECEIPT: 'The platform answered, but not whether it took the message: it may have arrived.',
  INTERRUPTED: 'The host stopped while it was under way: it may have arrived.',
  SEND_FAILED: 'It failed before anything left the host.',
  RATE_LIMITED: 'The platform asks to go slower.',
  ACCOUNT_REFUSED: 'The platform refuses our account: the whole channel waits.',
  RECIPIENT_BLOCKED: 'The person blocked us.',
  REPORTED_FAILED: 'The platform took it, then reported that it failed.',
  RESTORED: 'It was not finished when the backup was made that this database comes from: it may have arrived.',
  ERASED: 'The person was erased.',
};

const COMMAND = /^COMMAND_([A-Z]+)$/;

/** Null when there is none; the code itself when nobody wrote words for it. */
export const reasonOf = ({ direction, reason }: Pick<Message, 'direction' | 'reason'>): string | null => {
  if (reason === null) return null;
  const command = COMMAND.exec(reason)?.[1];
  if (command !== undefined) return `The host answered the command /${command.toLowerCase()} itself.`;
  const words = direction === 'inbound' ? INBOUND : OUTBOUND;
  return Object.hasOwn(words, reason) ? (words[reason] as string) : reason;
};

export const UNKNOWN_MEANS =
  'Unknown: it was in flight when something stopped, and nobody knows whether it arrived; retrying may send it twice.';
