/** A case as somebody makes it up: what would happen to this message. Pure. */
import { fromLocal } from '../../parts/local-time.ts';

/** Each field as the form holds it; empty is not given. */
export interface Question {
  channel_id: string;
  user_key: string;
  text: string;
  conversation_type: string;
  mentions_bot: boolean;
  /** As a field of the type `datetime-local` holds it. */
  at: string;
  network_mode: string;
  phase: string;
}

export const questionOf = (query: Readonly<Record<string, string>>): Question => ({
  channel_id: query.channel_id ?? '',
  user_key: query.user_key ?? '',
  text: query.text ?? '',
  conversation_type: query.conversation_type ?? 'direct',
  mentions_bot: query.mentions_bot === 'true',
  at: '',
  network_mode: '',
  phase: '',
});

/** What is sent; `policy` undefined asks the one in force. */
export const bodyOf = ({ at, text, network_mode, phase, ...question }: Question, policy: object | undefined): object => ({
  ...question,
  channel_id: question.channel_id.trim(),
  user_key: question.user_key.trim(),
  ...(text === '' ? {} : { text }),
  ...(at === '' ? {} : { at: fromLocal(at) ?? at }),
  ...(network_mode === '' ? {} : { network_mode }),
  ...(phase === '' ? {} : { phase }),
  ...(policy === undefined ? {} : { policy }),
});
