import type { Verdict } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';
import { verdictWords } from './verdict-words.ts';

type Chain = Verdict['chains'][number];

const number = (value: number | null) => (value === null ? <span class="quiet">–</span> : value);

const CHAINS: readonly Column<Chain>[] = [
  { name: 'Chain', kind: 'wide', cell: ({ chain_id }) => <Key text={chain_id} /> },
  {
    name: 'State',
    cell: ({ broken }) => (
      <span>
        <Badge state={broken === null ? 'whole' : 'broken'} tone={broken === null ? 'good' : 'bad'} />
        {broken !== null && <Foreign text={` ${broken.what.replaceAll('_', ' ')} at ${broken.commit_seq}`} />}
      </span>
    ),
  },
  { name: 'From', kind: 'number', cell: ({ cut, from_seq }) => (cut === null ? number(from_seq) : `cut at ${cut.seq}`) },
  { name: 'To', kind: 'number', cell: ({ to_seq }) => number(to_seq) },
  { name: 'Signed up to', kind: 'number', cell: ({ signed_seq }) => number(signed_seq) },
  { name: 'Commits', kind: 'number', cell: ({ commits }) => commits },
  { name: 'Rows', kind: 'number', cell: ({ rows }) => rows },
];

export const VerdictOf = ({ verdict, at }: { verdict: Verdict; at: string }) => {
  const { good, says, because } = verdictWords(verdict);
  return (
    <div class="verdict">
      <div class={`note ${good ? 'note-good' : 'note-bad'}`}>
        <p>
          <strong>{shown(says)}</strong>
        </p>
        {because.map((sentence) => (
          <p key={sentence}>{shown(sentence)}</p>
        ))}
      </div>
      <Table caption="Chains" columns={CHAINS} rows={verdict.chains} keyOf={({ chain_id }) => chain_id} empty="There is no chain." />
      <Facts
        facts={[
          ['Commits', verdict.commits],
          ['Rows', verdict.rows],
          ['Signed heads', verdict.heads],
          ['Took', `${(verdict.took_ms / 1000).toFixed(1)} s`],
          ['Verified', <When key="at" at={at} />],
        ]}
      />
    </div>
  );
};
