import type { Page } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Badge } from '../../parts/badge.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { List } from '../../parts/list.tsx';
import type { Column } from '../../parts/table.tsx';
import { View } from '../../parts/view.tsx';
import { hrefOf } from '../../place/place.ts';
import type { Kind, Plugin } from './kinds.ts';

export const originOf = ({ builtin }: Plugin): string => (builtin === null ? 'folder' : `built in: ${builtin}`);

/** What is to be said in one line: of the plugin, else of the change that waits. */
const whyOf = ({ reason, pending }: Plugin): string => reason ?? pending?.reason ?? '';

const State = ({ plugin: { state, pending, serving } }: { plugin: Plugin }) => (
  <span class="badges">
    <Badge state={state} />
    {pending !== null && serving !== null && <Badge state={`change: ${pending.state}`} tone="warn" />}
  </span>
);

const columnsOf = (kind: Kind): readonly Column<Plugin>[] => [
  {
    name: 'Name',
    cell: ({ id, name }) => (
      <span class="plugin-name">
        <a href={hrefOf([kind.path, id])}>
          <Foreign text={name} />
        </a>
        <Foreign class="place quiet" text={id} />
      </span>
    ),
  },
  { name: 'State', cell: (plugin) => <State plugin={plugin} /> },
  { name: 'Reason', kind: 'wide', cell: (plugin) => <Foreign text={whyOf(plugin)} /> },
  { name: 'Version', cell: ({ version }) => <Foreign text={version ?? '–'} /> },
  { name: 'Code', cell: (plugin) => <Foreign class="column" text={originOf(plugin)} /> },
];

export const PluginList = ({ kind }: { kind: Kind }) => {
  const { value, failure, again } = useAsked<Page<Plugin>>(`/api/${kind.path}`, { on: [kind.name] });
  return (
    <View title={kind.title} lead={kind.lead}>
      <div class="listed">
        <List
          pages={{ items: value?.items ?? null, failure, again, more: null, cut: false }}
          caption={kind.title}
          columns={columnsOf(kind)}
          keyOf={({ id }) => id}
          empty={`None: store/${kind.path} is empty.`}
        />
      </div>
    </View>
  );
};
