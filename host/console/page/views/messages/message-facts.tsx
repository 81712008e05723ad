/** Who, where and what of one message. */
import type { Message } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';

const keyOrNothing = (key: string | null) => (key === null || key === '' ? null : <Key text={key} />);
const linked = (path: readonly string[], key: string | null) =>
  key === null ? null : (
    <a href={hrefOf([...path, key])}>
      <Key text={key} />
    </a>
  );

export const MessageFacts = ({ message }: { message: Message }) => (
  <Facts
    facts={[
      ['State', <Badge key="state" state={message.state} />],
      ['Answers', linked(['messages'], message.in_reply_to)],
      ['Name', message.user_name === null ? null : <Foreign key="name" text={message.user_name} />],
      ['User key', message.user_key === null ? null : <Foreign key="person" text={message.user_key} />],
      ['Channel', linked(['channels'], message.channel_id)],
      ['Conversation', keyOrNothing(message.conversation_key)],
      ['Kind of conversation', message.conversation_type],
      ['Thread', keyOrNothing(message.thread_key)],
      ['Session', linked(['sessions'], message.session_id)],
      ['Kind of message', message.type],
      ['Recorded', <When key="recorded" at={message.received_at} />],
      ['Id', <Key key="id" text={message.id} />],
    ]}
  />
);
