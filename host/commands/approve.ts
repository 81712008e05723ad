/** `/approve CODE` and `/deny CODE`: a person whom the channel's policy names decides about a request that waits in it. */
import { AppError } from '../errors.ts';
import type { Command, CommandContext } from './command.ts';

/** A request that waits, or waited, for a person. */
export interface AskedRequest {
  /** What is to be carried out: `<connector>.<operation>`. */
  what: string;
  state: 'pending' | 'approved' | 'denied' | 'used' | 'expired';
  /** Who it is for, and where they asked; the platform's ids. */
  conversation_key: string | null;
  user_key: string | null;
}

export interface ChatApprovals {
  /** The platform's ids of those who may decide in this channel. */
  approvers(channel_id: string): readonly string[];
  /** Of a connector request that a conversation of this channel waits for; null for every other code. */
  find(channel_id: string, code: string): Promise<AskedRequest | null>;
  /** Both reject with `AppError` when somebody else was faster, or when it is over. Resolve with the state that it is in now. */
  approve(code: string, actor: string): Promise<AskedRequest['state']>;
  deny(code: string, actor: string): Promise<AskedRequest['state']>;
}

const CODE = /^[\w-]{1,64}$/;
/** Codes are ULIDs, in capitals; whoever copies one by hand may write it small. */
const ULID = /^[0-9a-z]{26}$/i;

const OVER: Readonly<Record<Exclude<AskedRequest['state'], 'pending'>, string>> = {
  approved: 'was approved already',
  used: 'was approved and carried out already',
  denied: 'was denied already',
  expired: 'is over: a request can be approved for five minutes',
};

/** Alone with the bot somebody may approve what they asked for there; in front of others, or for a group, another person has to. */
const isOwnInGroup = ({ message }: CommandContext, asked: AskedRequest): boolean =>
  asked.user_key === message.user_key && !(message.conversation_type === 'direct' && asked.conversation_key === message.conversation_key);

const refusal = (context: CommandContext, code: string, asked: AskedRequest | null): string | null => {
  if (asked === null) return `There is no request ${code} here.`;
  if (asked.state !== 'pending') return `The request ${code} ${OVER[asked.state]}.`;
  return isOwnInGroup(context, asked) ? 'You asked for this yourself: another approver has to decide.' : null;
};

const carriedOut = (what: string, state: AskedRequest['state']): string =>
  state === 'used'
    ? `Approved: ${what} was carried out. What came of it follows in the conversation that asked for it.`
    : `Approved, but ${what} was not carried out: the host refuses it as things stand now.`;

const createDecision = (approvals: ChatApprovals, name: 'approve' | 'deny'): Command => {
  const decide = async (context: CommandContext, code: string): Promise<string> => {
    const { message, person_id } = context;
    if (message.user_key === null || person_id === null || !approvals.approvers(message.channel_id).includes(message.user_key))
      return 'Only the approvers of this channel can do that.';
    const asked = await approvals.find(message.channel_id, code);
    const refused = refusal(context, code, asked);
    if (refused !== null || asked === null) return refused ?? '';
    try {
      const state = await approvals[name](code, `person:${person_id}`);
      return name === 'deny' ? `Denied: ${asked.what} will not be carried out.` : carriedOut(asked.what, state);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return `${error.message} ${error.hint}`;
    }
  };
  return {
    name,
    help: name === 'approve' ? 'approve a request by its code, if you may' : 'deny a request by its code, if you may',
    async run(context) {
      const [word = ''] = context.words;
      const code = ULID.test(word) ? word.toUpperCase() : word;
      if (context.words.length !== 1 || !CODE.test(code)) return { text: `Use /${name} CODE, with the code of the request.` };
      return { text: await decide(context, code) };
    },
  };
};

export const createApprove = (approvals: ChatApprovals): Command => createDecision(approvals, 'approve');
export const createDeny = (approvals: ChatApprovals): Command => createDecision(approvals, 'deny');
