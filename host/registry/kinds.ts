/** What differs between channels and connectors wherever a person reads of them: everything else here holds for both. */

/** Channels and connectors have manifests of their own, and ids of their own. */
export type PluginKind = 'channel' | 'connector';

export interface KindWords {
  /** Its folders, relative to the home. */
  readonly folders: string;
  /** What an operator states about them in a file. */
  readonly file: string;
  /** Before `_<ID>_<FIELD>` in the name of a variable. */
  readonly variable: string;
  readonly command: string;
  readonly not_found: 'CHANNEL_NOT_FOUND' | 'CONNECTOR_NOT_FOUND';
}

export const WORDS: Readonly<Record<PluginKind, KindWords>> = {
  channel: {
    folders: 'store/channels',
    file: 'config/channels.json',
    variable: 'CHANNEL',
    command: 'agentos channel',
    not_found: 'CHANNEL_NOT_FOUND',
  },
  connector: {
    folders: 'store/connectors',
    file: 'config/connectors.json',
    variable: 'CONNECTOR',
    command: 'agentos connector',
    not_found: 'CONNECTOR_NOT_FOUND',
  },
};
