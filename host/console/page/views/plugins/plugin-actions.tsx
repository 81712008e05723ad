/** What an operator does with a plugin at once. Only switching it off asks first. */
import { useState } from 'preact/hooks';
import type { PluginTest } from '../../api/answers.ts';
import { type Act, useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { shown } from '../../parts/foreign.tsx';
import { addressOf, type Kind, nowOf, type Plugin } from './kinds.ts';

export interface OfPlugin {
  kind: Kind;
  plugin: Plugin;
  onChanged(): void;
}

const found = (name: string, { ok, checked, state, reason }: PluginTest): string => {
  if (ok) return shown(checked ? `${name} is well: it was asked.` : `${name} runs. It has no check of its own.`);
  const why = state === 'running' ? 'it says so itself' : `it is ${state.replaceAll('_', ' ')}`;
  return shown(`${name} is not well: ${reason ?? `${why}.`}`);
};

const DisableDialog = ({ kind, plugin, onChanged, onClose }: OfPlugin & { onClose(): void }) => {
  const act = useAct();
  const disable = async () => {
    const done = await act.run<Plugin>(`${addressOf(kind, plugin.id)}/disable`, {}, nowOf);
    if (done) onChanged();
    return done !== null;
  };
  return (
    <Dialog title={`Disable ${shown(plugin.name)}`} does="Disable it" danger act={act} onClose={onClose} onDo={disable}>
      <p>{kind.off}</p>
    </Dialog>
  );
};

export const PluginActions = ({ kind, plugin, act, onChanged }: OfPlugin & { act: Act }) => {
  const [disabling, setDisabling] = useState(false);
  const address = addressOf(kind, plugin.id);
  const run = async (what: 'enable' | 'reload') => {
    if (await act.run<Plugin>(`${address}/${what}`, {}, nowOf)) onChanged();
  };
  const test = () => void act.run<PluginTest>(`${address}/test`, {}, (answer) => found(plugin.name, answer));
  return (
    <>
      <ActButton needs="operator" disabled={act.busy} onClick={test}>
        Test
      </ActButton>
      <ActButton needs="operator" disabled={act.busy} onClick={() => void run('reload')}>
        Reload
      </ActButton>
      {(!plugin.enabled || plugin.state === 'quarantined') && (
        <ActButton needs="operator" kind="main" disabled={act.busy} onClick={() => void run('enable')}>
          {plugin.enabled ? 'Start again' : 'Enable'}
        </ActButton>
      )}
      {plugin.enabled && (
        <ActButton needs="operator" kind="danger" disabled={act.busy} onClick={() => setDisabling(true)}>
          Disable
        </ActButton>
      )}
      {disabling && <DisableDialog kind={kind} plugin={plugin} onChanged={onChanged} onClose={() => setDisabling(false)} />}
    </>
  );
};
