/** Every effective value and where it comes from. */
import { useState } from 'preact/hooks';
import type { Page, Setting } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import { FailureNote } from '../../parts/failure-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { View } from '../../parts/view.tsx';
import { hrefOf, type Place } from '../../place/place.ts';
import { matching, textOfValue } from './settings.ts';

const COLUMNS: readonly Column<Setting>[] = [
  { name: 'Setting', cell: ({ key }) => <Foreign text={key} /> },
  {
    name: 'Value',
    cell: ({ value }) => {
      const text = textOfValue(value);
      return text === null ? <span class="quiet">none</span> : <Foreign text={text} />;
    },
  },
  { name: 'From', cell: ({ source }) => <Foreign text={source} /> },
];

export const SettingsView = ({ place }: { place: Place }) => {
  const { value, failure, again } = useAsked<Page<Setting>>('/api/config', { on: ['mode', 'channel', 'connector'] });
  const [search, setSearch] = useState(place.query.search ?? '');
  const find = (words: string) => {
    setSearch(words);
    // A letter is no place to go back to.
    history.replaceState(null, '', hrefOf(['settings'], { search: words }));
  };
  const found = value === null ? [] : matching(value.items, search);
  return (
    <View
      title="Settings"
      lead={
        <>
          Every value that holds, and where it comes from. Values are changed there: variables in the environment or <code>.env</code>, the
          files below <code>config/</code>, the <a href={hrefOf(['policy'])}>policy</a>, the fields of a{' '}
          <a href={hrefOf(['channels'])}>channel</a> or <a href={hrefOf(['connectors'])}>connector</a> in its own view.
        </>
      }
    >
      <FailureNote failure={failure} onAgain={again} />
      <div class="filters">
        <TextField label="Search" type="search" value={search} onValue={find} maxLength={200} />
        <p class="found" role="status">
          {value !== null && `${found.length} of ${value.items.length}`}
        </p>
      </div>
      {value === null && failure === null && <p class="empty">Loading…</p>}
      {value !== null && <Table caption="Settings" columns={COLUMNS} rows={found} keyOf={({ key }) => key} empty="No setting fits." />}
    </View>
  );
};
