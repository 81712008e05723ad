import type { ComponentChildren } from 'preact';
import type { Evidence } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Foreign, Json } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { ErrorLines, ProvenanceLine } from '../../parts/request-outcome.tsx';
import { Section } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';

const Said = ({ text }: { text: string | null }) => (text === null ? <span class="quiet">–</span> : <Foreign text={text} />);

/** A fact that leads to where it is shown; left out when there is none. */
const linked = (name: string, path: readonly string[], id: string | null): readonly [string, ComponentChildren] => [
  name,
  id === null ? null : (
    <a href={hrefOf(path)}>
      <Key text={id} />
    </a>
  ),
];

/** What no error says. */
const MEANS: Readonly<Partial<Record<Evidence['state'], string>>> = {
  started: 'It is under way.',
  unknown: 'The host stopped while it was under way: nobody knows whether it was carried out.',
};

const Decision = ({ evidence }: { evidence: Evidence }) => (
  <Section title="How it was decided">
    <Facts
      facts={[
        ['State', <Badge key="state" state={evidence.state} />],
        ['Rule', <Said key="rule" text={evidence.rule} />],
        ['Code', evidence.code === null ? null : <Foreign key="code" text={evidence.code} />],
        linked('Approval', ['approvals'], evidence.approval_id),
      ]}
    />
    {MEANS[evidence.state] && <p>{MEANS[evidence.state]}</p>}
    {evidence.error && (
      <div class="outcome">
        <ErrorLines error={evidence.error} />
      </div>
    )}
  </Section>
);

const Asker = ({ evidence }: { evidence: Evidence }) => {
  const { caller, message_id, session_id } = evidence;
  return (
    <Section title="Who asked">
      <Facts
        facts={[
          ['Caller', <Foreign key="caller" text={`${caller.actor} (${caller.kind})`} />],
          ['Channel', evidence.channel_id === null ? null : <Foreign key="channel" text={evidence.channel_id} />],
          ['Person', evidence.user_key === null ? null : <Foreign key="person" text={evidence.user_key} />],
          linked('Message', ['messages', message_id ?? ''], message_id),
          linked('Session', ['sessions', session_id ?? ''], session_id),
        ]}
      />
    </Section>
  );
};

const Asked = ({ evidence: { connector_type, operation, effect, params } }: { evidence: Evidence }) => (
  <Section title="What was asked">
    <Facts
      facts={[
        linked('Connector', ['connectors', connector_type ?? ''], connector_type),
        ['Operation', <Said key="operation" text={operation} />],
        ['Effect', <Said key="effect" text={effect} />],
      ]}
    />
    <h3>Parameters</h3>
    {params === null ? <p class="empty">They are not kept any more.</p> : <Json label="Parameters" value={params} />}
  </Section>
);

const Result = ({ evidence: { data, provenance } }: { evidence: Evidence }) => (
  <Section title="What came back">
    <ProvenanceLine provenance={provenance} />
    {data === null ? <p class="empty">Nothing, or it is not kept any more.</p> : <Json label="What came back" value={data} />}
  </Section>
);

const Record = ({ evidence }: { evidence: Evidence }) => (
  <Section title="The record" lead="The hashes prove what was asked and answered, also when the contents are gone.">
    <Facts
      facts={[
        ['Asked', <When key="asked" at={evidence.requested_at} />],
        ['Begun', <When key="begun" at={evidence.started_at} />],
        ['Finished', <When key="finished" at={evidence.finished_at} />],
        ['Number', evidence.seq],
        ['Evidence', <code key="id">{evidence.id}</code>],
        ['Request', <Foreign key="request" class="place" text={evidence.request_id} />],
        ['Hash of the request', <code key="asked hash">{evidence.request_hash}</code>],
        ['Hash of the answer', evidence.result_hash === null ? null : <code key="answer hash">{evidence.result_hash}</code>],
      ]}
    />
  </Section>
);

export const EvidenceSections = ({ evidence }: { evidence: Evidence }) => (
  <>
    <Decision evidence={evidence} />
    <Asker evidence={evidence} />
    <Asked evidence={evidence} />
    <Result evidence={evidence} />
    <Record evidence={evidence} />
  </>
);
