/** One message or delivery: its whole life, and answering it. */
import type { Message, Trace } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Section, View } from '../../parts/view.tsx';
import { hrefOf } from '../../place/place.ts';
import { useMay } from '../../session/session.ts';
import { Composer } from './composer.tsx';
import { MessageFacts } from './message-facts.tsx';
import { subjectOf, timelineOf } from './moments.ts';
import { Said } from './said.tsx';
import { Timeline } from './timeline.tsx';
import { Trail } from './trail.tsx';

const ABOVE = { title: 'Messages', href: hrefOf(['messages']) };

const titleOf = ({ direction, user_name, user_key }: Message): string => {
  const person = user_name ?? user_key ?? 'somebody';
  return direction === 'inbound' ? `From ${person}` : `To ${person}`;
};

/** Whoever was erased has no conversation any more. */
const isAnswerable = ({ direction, conversation_key }: Message): boolean => direction === 'inbound' && conversation_key !== '';

const Answer = ({ message, onSent }: { message: Message; onSent(): void }) => {
  const may = useMay();
  return (
    <Section title="Answer it" lead="It goes to the conversation that the message came from, after the answers that are there.">
      <NeedsRole needs="operator" to="answer" />
      {may('operator') && <Composer label="Your answer" to={{ in_reply_to: message.id }} onSent={onSent} />}
    </Section>
  );
};

const Life = ({ trace, message, again }: { trace: Trace; message: Message; again(): void }) => (
  <>
    <Section title={message.direction === 'inbound' ? 'What was said' : 'What is sent'}>
      <div class="card">
        <Said message={message} />
      </div>
      <MessageFacts message={message} />
    </Section>
    <Section title="What happened">
      <Timeline moments={timelineOf(trace, message.id)} onChanged={again} />
    </Section>
    {isAnswerable(message) && <Answer message={message} onSent={again} />}
    <Section title="Audit trail">
      <Trail entries={trace.audit} />
    </Section>
  </>
);

export const MessageDetail = ({ id }: { id: string }) => {
  const { value: trace, failure, again } = useAsked<Trace>(`/api/messages/${segment(id)}/trace`, { on: ['message'] });
  const message = trace && subjectOf(trace, id);
  return (
    <View title={message ? titleOf(message) : 'Message'} above={ABOVE}>
      <FailureNote failure={failure} onAgain={again} />
      {trace === null && failure === null && <p class="empty">Loading…</p>}
      {trace && message && <Life trace={trace} message={message} again={again} />}
    </View>
  );
};
