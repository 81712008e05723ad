/** A slash command: the first word of a message, answered by the host itself. */
import type { InboundMessage } from '../../schemas/message.ts';
import type { SessionRow } from '../db/unit.ts';
import type { Sessions } from '../sessions/sessions.ts';

export interface CommandContext {
  message: InboundMessage;
  session: SessionRow;
  /** Of whoever wrote it; null when the platform names nobody. */
  person_id: string | null;
  /** Words that are refused everywhere. */
  blocked_operations: readonly string[];
  /** The words behind the command. */
  words: readonly string[];
  sessions: Sessions;
  /** Every command, for `/help`. */
  commands: readonly Command[];
  channel_name: string;
}

export interface CommandAnswer {
  text: string;
  /** Session rows to be written with the answer. */
  sessions?: readonly SessionRow[];
}

export interface Command {
  /** Without the slash. */
  name: string;
  /** One line for `/help`. */
  help: string;
  run(context: CommandContext): CommandAnswer | Promise<CommandAnswer>;
}

/** `/word` or `/word@bot` at the very start; words inside a sentence are never commands. */
const COMMAND = /^\/([A-Za-z][A-Za-z0-9_]{0,63})(?:@[A-Za-z0-9_]+)?(?=\s|$)/;

export const commandWord = (text: string | null): string | null => COMMAND.exec(text ?? '')?.[1]?.toLowerCase() ?? null;

export const commandWords = (text: string): string[] => text.trim().split(/\s+/).slice(1);
