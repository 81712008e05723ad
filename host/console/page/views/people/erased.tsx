/** What an erasure did, what it did not reach, and what is left to people. */
import { useEffect, useRef } from 'preact/hooks';
import type { Erasure } from '../../api/answers.ts';
import { Facts } from '../../parts/facts.tsx';
import { shown } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { Section } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { leftToDo } from './left-to-do.ts';

const Words = ({ lines }: { lines: readonly string[] }) => (
  <ul>
    {lines.map((line) => (
      <li key={line}>{shown(line)}</li>
    ))}
  </ul>
);

export const Erased = ({ erasure }: { erasure: Erasure }) => {
  const report = useRef<HTMLDivElement>(null);
  // What had the focus is gone.
  useEffect(() => report.current?.focus(), []);
  return (
    <div ref={report} class="report" tabIndex={-1}>
      {erasure.keys_backups_not_reached.length > 0 && (
        <div class="note note-bad">
          <p>
            <strong>Not every copy of the keys was reached.</strong>
          </p>
          <p>Until a backup is made again in the folders below, the person can be read with the keys there.</p>
        </div>
      )}
      <Section title="What was done">
        <Facts
          facts={[
            ['Keys destroyed', erasure.keys_destroyed],
            ['Messages of the person', erasure.messages_in],
            ['Messages to the person', erasure.messages_out],
            ['Deliveries given up', erasure.deliveries_dropped],
            ['Dead letters emptied', erasure.dead_letters_blanked],
            ['Events emptied', erasure.events_blanked],
            ['Requests to connectors emptied', erasure.evidence_blanked],
            ['Sessions closed', erasure.sessions_closed],
            ['Backups of keys overwritten', erasure.keys_backups.length],
            ['Erased', <When key="at" at={erasure.erased_at} />],
            ['Random name in the audit trail', <Key key="person" text={erasure.person_id} />],
          ]}
        />
      </Section>
      <Section title="Not reached">
        <Words lines={erasure.not_reached} />
      </Section>
      <Section title="Left to do by hand">
        <Words lines={leftToDo(erasure)} />
      </Section>
    </div>
  );
};
