/** What an erasure leaves to people. Pure. */
import type { Erasure } from '../../api/answers.ts';

export const leftToDo = ({ keys_backups_not_reached }: Pick<Erasure, 'keys_backups_not_reached'>): string[] => [
  ...keys_backups_not_reached.map(
    (folder) => `Make a backup in ${folder} again: the keys there could not be overwritten, and the person can still be read with them.`,
  ),
  'Delete older backups of the database when the ids of the platform in them must go too.',
  'Delete other copies of store/keys, if somebody made any.',
  'Ask the platform, and whoever runs the agent, to erase what they keep.',
  'Look into what plugins keep of the person, and delete it there.',
];
