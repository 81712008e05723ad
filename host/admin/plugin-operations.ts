/** What an operator can ask and decide about plugins of one kind, whichever way they come. */
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { ConfiguredBy } from '../registry/configure.ts';
import type { PluginKind } from '../registry/kinds.ts';
import type { PluginRegistry, PluginTest, PluginView } from '../registry/plugin-registry.ts';
import type { Runner } from '../registry/serving.ts';

export type Plugins = PluginRegistry<Runner>;

export const createPluginOperations = (kind: PluginKind, plugins: Plugins, { ledger, clock }: { ledger: Ledger; clock: Clock }) => {
  /** An act that changes no row of its own still stands in the trail. */
  const noteAct = (actor: string, act: string, subject: string, decision: string) =>
    ledger.commit({ audit: [{ at: clock.now(), actor, action: `${kind}.${act}`, subject, decision, detail: null }] });
  return {
    list: (): PluginView[] => plugins.list(),
    show: (id: string): PluginView => plugins.show(id),
    enable: (id: string, actor: string): Promise<PluginView> => plugins.enable(id, actor),
    disable: (id: string, actor: string): Promise<PluginView> => plugins.disable(id, actor),
    approve: (id: string, digest: string | null, actor: string): Promise<PluginView> => plugins.approve(id, digest, actor),
    configure: (id: string, given: Parameters<Plugins['configure']>[1], by: ConfiguredBy): Promise<PluginView> =>
      plugins.configure(id, given, by),
    async reload(id: string, actor: string): Promise<PluginView> {
      const view = await plugins.reload(id);
      await noteAct(actor, 'reloaded', id, view.state);
      return view;
    },
    async test(id: string, actor: string): Promise<PluginTest> {
      const found = await plugins.test(id);
      await noteAct(actor, 'tested', id, found.ok ? 'ok' : 'not ok');
      return found;
    },
  };
};

export type PluginOperations = ReturnType<typeof createPluginOperations>;
