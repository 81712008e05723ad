/** Messages to send, and whether what `send` gave is a receipt. */
import { compile } from '../../schemas/compile.ts';
import { type OutboundMessage, Receipt } from '../../schemas/message.ts';
import type { CallResult } from '../sandbox/confined.ts';
import { type ContractProblem, problem } from './contract-check.ts';

const checkReceipt = compile(Receipt);

/** To the conversation of the first fixture that has one, since an adapter may know its platform's ids by their form. */
export const outboundTo = (conversation_key: string, text: string): OutboundMessage => ({
  id: '01J00000000000000000000001',
  channel_id: 'checked',
  conversation_key,
  thread_key: null,
  user_key: conversation_key,
  type: 'text',
  text,
  attachments: [],
  buttons: [],
  reply_to_message_id: null,
  part: 1,
  metadata: {},
});

export const takeReceipt = (result: CallResult, what: string): { receipt: Receipt | null; problems: ContractProblem[] } => {
  if (!result.ok)
    return { receipt: null, problems: [problem(`send failed ${what} instead of giving a receipt: ${result.message}`, result.stack)] };
  const checked = checkReceipt(result.value);
  if (checked.ok) return { receipt: checked.value, problems: [] };
  const { pointer = '', message = 'is not valid' } = checked.errors[0] ?? {};
  return { receipt: null, problems: [problem(`send gave no valid receipt ${what}: ${pointer} ${message}`)] };
};
