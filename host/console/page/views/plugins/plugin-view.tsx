/** One channel or connector: what it is, what waits, what may be decided about it. */
import { useAct } from '../../api/use-act.ts';
import { useAsked } from '../../api/use-asked.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Markdown } from '../../parts/markdown.tsx';
import { Section, View } from '../../parts/view.tsx';
import { hrefOf } from '../../place/place.ts';
import { ConfigForm } from './config-form.tsx';
import { addressOf, type Kind, type Plugin } from './kinds.ts';
import { OperationTable } from './operation-table.tsx';
import { PermissionList } from './permission-list.tsx';
import { PluginActions } from './plugin-actions.tsx';
import { PluginFacts } from './plugin-facts.tsx';
import { ProblemTable } from './problem-table.tsx';
import { StateNote } from './state-note.tsx';
import { TryOperation } from './try-operation.tsx';
import { WaitingChange } from './waiting-change.tsx';

const Operations = ({ plugin }: { plugin: Plugin }) =>
  'operations' in plugin && (
    <>
      <Section title="Operations" lead="What it can do. Operations that write wait for a person, unless the policy says otherwise.">
        <OperationTable operations={plugin.operations} />
      </Section>
      <TryOperation plugin={plugin} />
    </>
  );

const Sections = ({ kind, plugin, onChanged }: { kind: Kind; plugin: Plugin; onChanged(): void }) => (
  <>
    <StateNote state={plugin.state} reason={plugin.reason} fix={plugin.fix} />
    <NeedsRole needs="operator" to="switch it, test it or change its values" />
    <PluginFacts kind={kind} plugin={plugin} />
    <WaitingChange kind={kind} plugin={plugin} onChanged={onChanged} />
    {plugin.problems.length > 0 && (
      <Section title="Problems" lead="What was found in its folder.">
        <ProblemTable problems={plugin.problems} />
      </Section>
    )}
    <Section title="Permissions" lead="What its manifest asks for. With an approval its code can do this, and nothing else outside.">
      <PermissionList plugin={plugin} />
    </Section>
    <Operations plugin={plugin} />
    <Section title="Configuration">
      <ConfigForm kind={kind} plugin={plugin} onChanged={onChanged} />
    </Section>
    {plugin.setup_guide !== null && (
      <Section title="Set-up guide" lead="By whoever wrote the plugin.">
        <Markdown text={plugin.setup_guide} />
      </Section>
    )}
  </>
);

export const PluginView = ({ kind, id }: { kind: Kind; id: string }) => {
  const { value: plugin, failure, again } = useAsked<Plugin>(addressOf(kind, id), { on: [kind.name] });
  const act = useAct();
  return (
    <View
      title={plugin?.name ?? id}
      above={{ title: kind.title, href: hrefOf([kind.path]) }}
      actions={plugin && <PluginActions kind={kind} plugin={plugin} act={act} onChanged={again} />}
    >
      <FailureNote failure={failure} onAgain={again} />
      <FailureNote failure={act.failure} />
      {plugin === null && failure === null && <p class="empty">Loading…</p>}
      {plugin && <Sections kind={kind} plugin={plugin} onChanged={again} />}
    </View>
  );
};
