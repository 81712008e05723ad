/** Channels and connectors: the list, and one of them. */
import type { Place } from '../../place/place.ts';
import { CHANNELS, CONNECTORS, type Kind } from './kinds.ts';
import { PluginList } from './plugin-list.tsx';
import { PluginView } from './plugin-view.tsx';

const PluginsView = ({ kind, place }: { kind: Kind; place: Place }) => {
  const id = place.path[1];
  return id === undefined ? <PluginList kind={kind} /> : <PluginView kind={kind} id={id} />;
};

export const ChannelsView = ({ place }: { place: Place }) => <PluginsView kind={CHANNELS} place={place} />;
export const ConnectorsView = ({ place }: { place: Place }) => <PluginsView kind={CONNECTORS} place={place} />;
