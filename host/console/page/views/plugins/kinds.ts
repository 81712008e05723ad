/** Channels and connectors are shown alike; here is what differs. */
import type { Channel, Connector } from '../../api/answers.ts';
import { segment } from '../../api/ask.ts';
import { shown } from '../../parts/foreign.tsx';

export type Plugin = Channel | Connector;

export interface Kind {
  /** Also the topic of the stream. */
  name: 'channel' | 'connector';
  title: string;
  /** Its place, and its part of the API's addresses. */
  path: 'channels' | 'connectors';
  lead: string;
  /** What stops when it is switched off. */
  off: string;
}

export const CHANNELS: Kind = {
  name: 'channel',
  title: 'Channels',
  path: 'channels',
  lead: 'Where people write: one folder of store/channels each.',
  off: 'It stops now. What its platform delivers meanwhile is refused, and messages to people wait until it is enabled again.',
};

export const CONNECTORS: Kind = {
  name: 'connector',
  title: 'Connectors',
  path: 'connectors',
  lead: 'What agents and people can ask for outside: one folder of store/connectors each.',
  off: 'It stops now. Its operations are refused until it is enabled again.',
};

export const addressOf = ({ path }: Kind, id: string): string => `/api/${path}/${segment(id)}`;
export const fileOf = ({ path }: Kind): string => `config/${path}.json`;

/** How it is now, for whoever has just changed it. */
export const nowOf = ({ name, state, reason }: Plugin): string =>
  shown(`${name}: ${state.replaceAll('_', ' ')}.${reason === null ? '' : ` ${reason}`}`);
