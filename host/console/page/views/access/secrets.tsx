import type { Page, Secret } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Badge } from '../../parts/badge.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Section } from '../../parts/view.tsx';

const COLUMNS: readonly Column<Secret>[] = [
  { name: 'Secret', kind: 'wide', cell: ({ name }) => <Foreign text={name} /> },
  { name: 'Value', cell: ({ has_value }) => <Badge state={has_value ? 'set' : 'not set'} tone={has_value ? 'good' : 'quiet'} /> },
  { name: 'From', cell: ({ source }) => <Foreign text={source} /> },
];

export const Secrets = () => {
  const { value, failure, again } = useAsked<Page<Secret>>('/api/secrets', { on: ['channel', 'connector'] });
  return (
    <Section title="Secrets" lead="Which have values, and from where. The values themselves are shown to nobody.">
      <FailureNote failure={failure} onAgain={again} />
      {value === null && failure === null && <p class="empty">Loading…</p>}
      {value !== null && <Table caption="Secrets" columns={COLUMNS} rows={value.items} keyOf={({ name }) => name} empty="None." />}
    </Section>
  );
};
