/** One person: what is stored in numbers, all of it as a file, and erasing it. */
import { useState } from 'preact/hooks';
import type { Erasure, User } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAsked } from '../../api/use-asked.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Facts } from '../../parts/facts.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { shown } from '../../parts/foreign.tsx';
import { Key, shortKey } from '../../parts/key.tsx';
import { Section, View } from '../../parts/view.tsx';
import { hrefOf } from '../../place/place.ts';
import { EraseDialog } from './erase-dialog.tsx';
import { Erased } from './erased.tsx';

const ABOVE = { title: 'People', href: hrefOf(['people']) };

const Stored = ({ user }: { user: User }) => {
  const sent = user.messages.filter(({ direction }) => direction === 'outbound').length;
  return (
    <Facts
      facts={[
        ['Messages of the person', user.messages.length - sent],
        ['Messages to the person', sent],
        ['Sessions', user.sessions.length],
        ['Events', user.events.length],
        ['Requests to connectors', user.evidence.length],
        ['Pairing', user.pairing?.state ?? 'none'],
        ['Audit entries', user.audit.length],
        ['Random name in the audit trail', user.person_id === null ? 'none' : <Key key="person" text={user.person_id} />],
        ['Channel', <Key key="channel" text={user.channel_id} />],
        ['User key', <bdi key="user">{shown(user.user_key)}</bdi>],
      ]}
    />
  );
};

const Found = ({ user, onErase }: { user: User; onErase(): void }) => (
  <>
    <Section title="What is stored" lead="The export holds all of it: words, times, states, requests and audit entries, as JSON.">
      <Stored user={user} />
    </Section>
    <Section title="Not in the export">
      <ul>
        {user.not_included.map((each) => (
          <li key={each}>{shown(each)}</li>
        ))}
      </ul>
    </Section>
    <Section
      title="Erase"
      lead="The person's key is destroyed: no copy of the content can be read from then on, and nobody brings it back."
    >
      <ActButton needs="admin" kind="danger" onClick={onErase}>
        Erase this person
      </ActButton>
    </Section>
  </>
);

export const PersonDetail = ({ channel_id, user_key }: { channel_id: string; user_key: string }) => {
  const address = `/api/users/${segment(channel_id)}/${segment(user_key)}`;
  const [erasure, setErasure] = useState<Erasure | null>(null);
  const [asking, setAsking] = useState(false);
  const { value: user, failure, again } = useAsked<User>(erasure === null ? address : null);
  const download = user && (
    <a class="button" href={address} download="person.json">
      Download the export
    </a>
  );
  return (
    <View title={erasure ? 'The person is erased' : `Person ${shortKey(user_key)}`} above={ABOVE} actions={download}>
      <FailureNote failure={failure} onAgain={again} />
      {erasure && <Erased erasure={erasure} />}
      {erasure === null && user === null && failure === null && <p class="empty">Loading…</p>}
      {user && <Found user={user} onErase={() => setAsking(true)} />}
      {asking && <EraseDialog address={address} user_key={user_key} onClose={() => setAsking(false)} onErased={setErasure} />}
    </View>
  );
};
