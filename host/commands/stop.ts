import type { Command } from './command.ts';

/** The running call was ended when this command arrived; its turn comes when the lane is free. */
export const stop: Command = { name: 'stop', help: 'stop the answer that is being made', run: () => ({ text: 'Stopped.' }) };
