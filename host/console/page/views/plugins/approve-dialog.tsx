/** The one place where code gets its powers: exactly what was read is what is approved. */
import { useAct } from '../../api/use-act.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Foreign, shown } from '../../parts/foreign.tsx';
import { DifferenceList } from './difference-list.tsx';
import { addressOf, nowOf, type Plugin } from './kinds.ts';
import { PermissionList } from './permission-list.tsx';
import type { OfPlugin } from './plugin-actions.tsx';

export const ApproveDialog = ({ kind, plugin, digest, onChanged, onClose }: OfPlugin & { digest: string; onClose(): void }) => {
  const act = useAct();
  const difference = plugin.pending?.difference ?? null;
  const approve = async () => {
    const done = await act.run<Plugin>(`${addressOf(kind, plugin.id)}/approve`, { body: { digest } }, (now) => `Approved. ${nowOf(now)}`);
    onChanged();
    return done !== null;
  };
  return (
    <Dialog title={`Approve ${shown(plugin.name)}`} does="Approve this digest" act={act} onClose={onClose} onDo={approve}>
      {/* Who reads begins at the top, however long it is. */}
      <p tabIndex={-1} autofocus>
        The code in <Foreign class="place" text={`store/${kind.path}/${plugin.id}`} /> may run then, with the permissions of its manifest.
        Read it first. When it was changed meanwhile, this approval is refused.
      </p>
      <p>
        Version <Foreign text={plugin.version ?? '–'} />, digest
        <br />
        <code class="digest">{shown(digest)}</code>
      </p>
      {difference && <DifferenceList difference={difference} />}
      <h3>All that it may do outside then</h3>
      <PermissionList plugin={plugin} />
    </Dialog>
  );
};
