import type { Command } from './command.ts';

/** Telegram sends `/start` when a person opens the bot for the first time. */
export const start: Command = {
  name: 'start',
  help: 'say hello',
  run: () => ({ text: 'Hello! Write me a message and I will answer. /help shows what else I understand.' }),
};
