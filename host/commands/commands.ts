/** The commands there are. */
import type { Command } from './command.ts';
import { help } from './help.ts';
import { startAfresh } from './new.ts';
import { session } from './session.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';

export const COMMANDS: readonly Command[] = [help, start, startAfresh, session, stop];

export const commandNamed = (name: string): Command | undefined => COMMANDS.find((command) => command.name === name);
