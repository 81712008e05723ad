/** What the audit trail says of one message, in order. */
import type { Trace } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';

type Entry = Trace['audit'][number];

const columns: readonly Column<Entry>[] = [
  { name: 'Entry', cell: ({ seq }) => seq, kind: 'number' },
  { name: 'Time', cell: ({ at }) => <When at={at} /> },
  { name: 'Who', cell: ({ actor }) => <Key text={actor} /> },
  { name: 'What', cell: ({ action }) => <Key text={action} /> },
  { name: 'Decision', cell: ({ decision }) => (decision === null ? '–' : <Badge state={decision} />) },
  {
    name: 'Detail',
    kind: 'wide',
    cell: ({ detail }) => (
      <code>
        <Foreign text={detail === null ? '–' : JSON.stringify(detail)} />
      </code>
    ),
  },
];

export const Trail = ({ entries }: { entries: readonly Entry[] }) => (
  <Table
    caption="Audit entries"
    rows={entries}
    columns={columns}
    keyOf={({ seq }) => seq}
    empty="No entries. They were cut off with their time, or allowed traffic is not recorded."
  />
);
