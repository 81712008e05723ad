/** Who did what. It stands still while somebody reads it: the newest entries come in when they are asked for. */
import type { AuditEntry } from '../../api/answers.ts';
import { useCursor } from '../../api/use-cursor.ts';
import { Foreign, Json } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { List } from '../../parts/list.tsx';
import type { Column } from '../../parts/table.tsx';
import { Unfold } from '../../parts/unfold.tsx';
import { Section, View } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import type { Place } from '../../place/place.ts';
import { AuditFilters } from './audit-filters.tsx';
import { filtersOf } from './filters.ts';
import { Verification } from './verification.tsx';

const COLUMNS: readonly Column<AuditEntry>[] = [
  { name: 'Time', cell: ({ at }) => <When at={at} /> },
  { name: 'Actor', cell: ({ actor }) => <Key text={actor} /> },
  {
    name: 'Action',
    kind: 'wide',
    cell: (entry) => (
      <Unfold summary={<Foreign text={entry.action} />}>{() => <Json value={entry} label={`Entry ${entry.seq}, whole`} />}</Unfold>
    ),
  },
  { name: 'Subject', cell: ({ subject }) => <Key text={subject} /> },
  { name: 'Decision', cell: ({ decision }) => <Key text={decision} /> },
];

export const AuditView = ({ place }: { place: Place }) => {
  const filters = filtersOf(place.query);
  const entries = useCursor<AuditEntry>('/api/audit', filters);
  const actions = [...new Set(entries.items?.map(({ action }) => action))].sort();
  const nothing =
    entries.more === null ? 'No entry fits.' : 'No entry fits among the newest 20,000. “Show more” looks through those before them.';
  return (
    <View title="Audit trail" lead="Who did what. Each entry is chained to the one before it, and the chain is signed.">
      <Verification />
      <Section
        title="Entries"
        actions={
          <button type="button" class="button" onClick={entries.refresh}>
            Refresh
          </button>
        }
      >
        <AuditFilters filters={filters} actions={actions} />
        <List pages={entries} caption="Entries of the audit trail" columns={COLUMNS} keyOf={({ seq }) => seq} empty={nothing} />
      </Section>
    </View>
  );
};
