/** One session: what was said in it, and a person's part in it. */
import type { Session } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { type Asked, useAsked } from '../../api/use-asked.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { Facts } from '../../parts/facts.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key, shortKey } from '../../parts/key.tsx';
import { Section, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';
import { useMay } from '../../session/session.ts';
import { Composer } from '../messages/composer.tsx';
import { Conversation } from './conversation.tsx';
import { HeldNote } from './held-note.tsx';
import { SessionActions } from './session-actions.tsx';
import { SessionState } from './session-state.tsx';

const ABOVE = { title: 'Sessions', href: hrefOf(['sessions']) };

const PersonLink = ({ session: { channel_id, user_key } }: { session: Session }) => {
  const may = useMay();
  if (user_key === null || !may('admin')) return null;
  return <a href={hrefOf(['people', channel_id, user_key])}>Export or erase this person</a>;
};

const SessionFacts = ({ session }: { session: Session }) => {
  const { id, channel_id, user_key, conversation_key, thread_key, held_by, created_at, last_active_at } = session;
  return (
    <Facts
      facts={[
        ['State', <SessionState key="state" session={session} />],
        ['Held by', held_by === null ? 'Nobody' : <Foreign key="held" text={held_by} />],
        [
          'Channel',
          <a key="channel" href={hrefOf(['channels', channel_id])}>
            <Key text={channel_id} />
          </a>,
        ],
        ['User key', user_key === null ? null : <Foreign key="person" text={user_key} />],
        ['Conversation', conversation_key === '' ? null : <Key key="conversation" text={conversation_key} />],
        ['Thread', thread_key === null ? null : <Key key="thread" text={thread_key} />],
        ['Began', <When key="began" at={created_at} />],
        ['Last active', <When key="active" at={last_active_at} />],
        ['Id', <Key key="id" text={id} />],
      ]}
    />
  );
};

const Writing = ({ session, again }: { session: Session; again(): void }) => {
  const may = useMay();
  if (session.held_by === null || session.state === 'closed' || !may('operator')) return null;
  return <Composer label="Write to the person" to={{ session_id: session.id }} onSent={again} />;
};

const Opened = ({ session, again }: { session: Session; again: Asked<Session>['again'] }) => (
  <>
    <HeldNote session={session} />
    <Section title="Conversation" actions={<a href={hrefOf(['messages'], { session_id: session.id })}>As a list</a>}>
      <Conversation session_id={session.id} />
      <Writing session={session} again={again} />
      <NeedsRole needs="operator" to="take this conversation over" />
    </Section>
    <Section title="About it" actions={<PersonLink session={session} />}>
      <SessionFacts session={session} />
    </Section>
  </>
);

export const SessionDetail = ({ id }: { id: string }) => {
  const { value: session, failure, again } = useAsked<Session>(`/api/sessions/${segment(id)}`, { on: ['message', 'session'] });
  return (
    <View
      title={session ? `Session with ${shortKey(session.user_key || session.conversation_key || 'nobody')}` : 'Session'}
      above={ABOVE}
      actions={session && <SessionActions session={session} onChanged={again} />}
    >
      <FailureNote failure={failure} onAgain={again} />
      {session === null && failure === null && <p class="empty">Loading…</p>}
      {session && <Opened session={session} again={again} />}
    </View>
  );
};
