/** The approved generations that a home keeps, of channels and connectors alike: one folder of bundles for all. */
import { createKeptBundles, type KeptBundles } from '../registry/kept-bundles.ts';

/** Digests that one kind of plugins may still want; null while that is not known. */
type Needed = () => readonly string[] | null;

export interface PluginBundles extends Pick<KeptBundles, 'read' | 'keep'> {
  /** Asked at every removal, so that what one kind keeps meanwhile is not removed by another. */
  wanted(needed: Needed): void;
  /** Removes every generation that nobody wants; nothing while one of them does not know. */
  prune(): Promise<void>;
}

export const createPluginBundles = (dir: string): PluginBundles => {
  const kept = createKeptBundles(dir);
  const owners: Needed[] = [];
  return {
    read: kept.read,
    keep: kept.keep,
    wanted: (needed) => void owners.push(needed),
    async prune() {
      const all = owners.map((needed) => needed());
      if (all.includes(null)) return;
      await kept.prune(new Set(all.flatMap((digests) => digests ?? [])));
    },
  };
};
