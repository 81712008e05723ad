/** Senders whom nobody knew: those who wait with a code, and those who were let in. */
import { useState } from 'preact/hooks';
import type { Page, Pairing } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { earliest, useAgainAt } from '../../api/use-again-at.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Badge } from '../../parts/badge.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Until } from '../../parts/until.tsx';
import { Section } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { useMay } from '../../session/session.ts';
import { TakeBack } from './take-back.tsx';

const CodeForm = ({ onApproved }: { onApproved(): void }) => {
  const act = useAct();
  const [code, setCode] = useState('');
  const approve = async (event: SubmitEvent) => {
    event.preventDefault();
    if (act.busy) return;
    const done = await act.run<Pairing>(
      `/api/pairings/${segment(code.trim())}/approve`,
      {},
      ({ user_key, channel_id }) => `${shown(user_key)} may write on ${shown(channel_id)}.`,
    );
    if (!done) return;
    setCode('');
    onApproved();
  };
  return (
    <form class="pair" onSubmit={approve}>
      <div class="filters">
        <TextField label="Code" value={code} onValue={setCode} required maxLength={64} />
        <button type="submit" class="button">
          Let the sender write
        </button>
      </div>
      <FailureNote failure={act.failure} />
    </form>
  );
};

const State = ({ state, expires_at, decided_by }: Pairing) => (
  <span>
    <Badge state={state} />{' '}
    {state === 'pending' && (
      <>
        <Until at={expires_at} /> left
      </>
    )}
    {state === 'approved' && (
      <>
        by <Key text={decided_by} />
      </>
    )}
  </span>
);

const columnsOf = (onTaken: () => void): readonly Column<Pairing>[] => [
  {
    name: 'Code',
    cell: ({ code, state }) => (state === 'pending' ? <code class="key">{shown(code)}</code> : <span class="quiet">–</span>),
  },
  { name: 'Channel', cell: ({ channel_id }) => <Key text={channel_id} /> },
  { name: 'Sender', cell: ({ user_key }) => <Foreign text={user_key} /> },
  { name: 'State', cell: State },
  { name: 'Since', cell: ({ created_at, decided_at }) => <When at={decided_at ?? created_at} /> },
  { name: 'Act', cell: (pairing) => <TakeBack pairing={pairing} onTaken={onTaken} /> },
];

export const Senders = () => {
  const may = useMay();
  const { value, failure, again } = useAsked<Page<Pairing>>('/api/pairings', { on: ['pairing'] });
  const items = value?.items ?? [];
  useAgainAt(earliest(items.filter(({ state }) => state === 'pending').map(({ expires_at }) => expires_at)), again);
  const columns = columnsOf(again).filter(({ name }) => name !== 'Act' || may('operator'));
  return (
    <Section
      title="Senders"
      lead="Where a channel pairs, a stranger is told a code. Ask the person for the code another way, then let that code in."
    >
      <FailureNote failure={failure} onAgain={again} />
      {may('operator') && <CodeForm onApproved={again} />}
      {value === null && failure === null && <p class="empty">Loading…</p>}
      {value !== null && (
        <Table
          caption="Senders"
          columns={columns}
          rows={[...items].sort((left, right) => right.state.localeCompare(left.state))}
          keyOf={({ channel_id, user_key }) => `${channel_id}\n${user_key}`}
          empty="Nobody waits with a code, and nobody was let in by one."
        />
      )}
    </Section>
  );
};
