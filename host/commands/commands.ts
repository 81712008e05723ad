/** The commands there are. */
import { type ChatApprovals, createApprove, createDeny } from './approve.ts';
import { createComm } from './comm/comm.ts';
import type { Execute } from './comm/topic.ts';
import type { Command } from './command.ts';
import { help } from './help.ts';
import { startAfresh } from './new.ts';
import { session } from './session.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';

/** Those that need nothing but the conversation. */
export const COMMANDS: readonly Command[] = [help, start, startAfresh, session, stop];

export interface CommandServices {
  approvals: ChatApprovals;
  execute: Execute;
}

export const createCommands = ({ approvals, execute }: CommandServices): readonly Command[] => [
  ...COMMANDS,
  createComm(execute),
  createApprove(approvals),
  createDeny(approvals),
];

/** Of all of them. */
export const COMMAND_NAMES: readonly string[] = [...COMMANDS.map(({ name }) => name), 'comm', 'approve', 'deny'];

export const commandNamed = (name: string): Command | undefined => COMMANDS.find((command) => command.name === name);
