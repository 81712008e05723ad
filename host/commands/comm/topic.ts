/** One thing that `/comm` can do, and what it asks connectors with. */
import type { Caller } from '../../connectors/caller.ts';
import type { ConnectorRequest, ConnectorResponse } from '../../connectors/request.ts';

/** As the communication service's: every check is behind it. */
export type Execute = (request: ConnectorRequest, caller: Caller) => Promise<ConnectorResponse>;

/** In the name of whoever wrote the command. */
export type Ask = (connector_type: string, operation: string, params: Record<string, unknown>) => Promise<ConnectorResponse>;

export interface Topic {
  /** The word behind `/comm`. */
  word: string;
  /** As in `search QUERY`. */
  usage: string;
  /** null: the words are not what it takes. Rejects with `AppError` when evidence cannot be written. */
  run(ask: Ask, words: readonly string[]): Promise<string | null>;
}
