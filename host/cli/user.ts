/** `agentos user export|erase`: everything that is stored of one user of a channel, or none of it any more. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ErasureReport } from '../people/erase.ts';
import type { PersonExport } from '../people/export.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printJson, show } from './output.ts';

export interface UserOptions extends CommonOptions {
  channel: string;
  user: string;
}

const at = ({ channel, user }: UserOptions): string => `/api/users/${encodeURIComponent(channel)}/${encodeURIComponent(user)}`;

/** Without `--out` the JSON goes to the terminal. */
export const userExport = (context: CliContext, options: UserOptions & { out?: string }): Promise<void> =>
  withClient(context, options, async (client) => {
    const found = await client.call<PersonExport>('GET', at(options));
    if (options.out === undefined) return printJson(context.stdout, found);
    const file = path.resolve(context.cwd, options.out);
    await writeFile(file, `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 });
    show(context.stdout, options, { file, messages: found.messages.length, sessions: found.sessions.length }, (value) =>
      printFields(context.stdout, [
        ['written to', value.file],
        ['messages', value.messages],
        ['sessions', value.sessions],
      ]),
    );
  });

export const userErase = (context: CliContext, options: UserOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const report = await client.call<ErasureReport>('DELETE', at(options));
    show(context.stdout, options, report, (value) => {
      printFields(context.stdout, [
        ['person', value.person_id],
        ['keys destroyed', value.keys_destroyed],
        ['messages in', value.messages_in],
        ['messages out', value.messages_out],
        ['deliveries dropped', value.deliveries_dropped],
        ['dead letters blanked', value.dead_letters_blanked],
        ['events blanked', value.events_blanked],
        ['connector requests blanked', value.evidence_blanked],
        ['sessions closed', value.sessions_closed],
        ['keys backups renewed', value.keys_backups.join(', ') || 'none was made'],
        ...(value.keys_backups_not_reached.length > 0
          ? [['keys backups NOT reached', `${value.keys_backups_not_reached.join(', ')}: make a backup there again`] as const]
          : []),
      ]);
      context.stdout.write(`\nnot reached:\n${value.not_reached.map((each) => `- ${each}\n`).join('')}`);
    });
  });
