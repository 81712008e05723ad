/** The values of a plugin's fields. Only what was changed is sent. */
import { useState } from 'preact/hooks';
import { useAct } from '../../api/use-act.ts';
import { NeedsRole } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { shown } from '../../parts/foreign.tsx';
import { useMay } from '../../session/session.ts';
import { ConfigField, ShownField } from './config-field.tsx';
import { changesOf, consequencesOf, type Drafts, fieldsOf } from './config-fields.ts';
import { addressOf, nowOf, type Plugin } from './kinds.ts';
import type { OfPlugin } from './plugin-actions.tsx';

export const ConfigForm = ({ kind, plugin, onChanged }: OfPlugin) => {
  const may = useMay();
  const act = useAct();
  const [drafts, setDrafts] = useState<Drafts>({});
  const [asking, setAsking] = useState(false);
  const fields = fieldsOf(plugin);
  if (fields.length === 0) return <p class="empty">It has no fields.</p>;

  const isOpen = ({ fixed, needs }: (typeof fields)[number]) => !fixed && may(needs);
  const changes = changesOf(fields, drafts);
  const consequences = consequencesOf(fields, changes);
  const setDraft = (name: string, draft: string | null | undefined) =>
    setDrafts(({ [name]: _, ...others }) => (draft === undefined ? others : { ...others, [name]: draft }));
  const save = async () => {
    const done = await act.run<Plugin>(
      `${addressOf(kind, plugin.id)}/config`,
      { method: 'PUT', body: changes },
      (now) => `Saved. ${nowOf(now)}`,
    );
    if (done) setDrafts({});
    if (done) onChanged();
    return done !== null;
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (consequences.length === 0) return void save();
    act.forget();
    setAsking(true);
  };

  return (
    <>
      {may('operator') && <NeedsRole needs="admin" to="change secrets, and addresses that a permission refers to" />}
      <form class="form config" onSubmit={submit}>
        {fields.map((field) =>
          isOpen(field) ? (
            <ConfigField
              key={field.name}
              kind={kind}
              field={field}
              draft={drafts[field.name]}
              onDraft={(draft) => setDraft(field.name, draft)}
            />
          ) : (
            <ShownField key={field.name} kind={kind} field={field} />
          ),
        )}
        {!asking && <FailureNote failure={act.failure} />}
        {fields.some(isOpen) && (
          <div class="actions">
            <button type="submit" class="button button-main" disabled={act.busy || Object.keys(changes).length === 0}>
              {act.busy ? 'Working…' : 'Save'}
            </button>
          </div>
        )}
      </form>
      {asking && (
        <Dialog title="Save these values" does="Save them" act={act} onClose={() => setAsking(false)} onDo={save}>
          <ul>
            {consequences.map((consequence) => (
              <li key={consequence}>{shown(consequence)}</li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
};
