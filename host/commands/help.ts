import type { Command } from './command.ts';

export const help: Command = {
  name: 'help',
  help: 'what I understand',
  run: ({ commands }) => ({
    text: ['Write to me in plain words. Or use:', ...commands.map(({ name, help: line }) => `/${name}: ${line}`)].join('\n'),
  }),
};
