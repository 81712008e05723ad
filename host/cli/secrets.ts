/** `agentos secrets list|rotate`: which secrets have values, never the values; and a new host key. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '../admin/operations.ts';
import type { SecretState } from '../config/secret-list.ts';
import { AppError } from '../errors.ts';
import type { Rotation } from '../secrets/rotate.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, printTable, show } from './output.ts';

export const secretsList = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const { items } = await client.call<Page<SecretState>>('GET', '/api/secrets');
    show(context.stdout, options, items, (secrets) =>
      printTable(
        context.stdout,
        ['secret', 'value', 'source'],
        secrets.map(({ name, has_value, source }) => [name, has_value ? 'set' : 'not set', source]),
      ),
    );
  });

/** 32 bytes as base64 or 64 hex digits, as `AGENTOS_MASTER_KEY` takes them. */
const readKey = async (file: string): Promise<string> => {
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === 32) return key.toString('base64');
  throw new AppError('INVALID_PARAMS', `${file} does not hold 32 bytes as base64 or 64 hex digits.`, 'openssl rand -base64 32 > FILE');
};

export const secretsRotate = async (context: CliContext, options: CommonOptions & { keyFile?: string }): Promise<void> => {
  const body = options.keyFile === undefined ? {} : { new_key: await readKey(path.resolve(context.cwd, options.keyFile)) };
  await withClient(context, options, async (client) => {
    const rotation = await client.call<Rotation>('POST', '/api/secrets/rotate', body);
    show(context.stdout, options, rotation, (value) =>
      printFields(context.stdout, [
        ['host key', `${value.key_id}, before ${value.former_key_id}`],
        ['keys wrapped anew', value.keys_wrapped],
        ['configurations', value.configurations_sealed],
        ['stored values', value.stored_values_sealed],
        ['approvals', value.approvals_sealed],
        ['evidence', value.evidence_sealed],
        ['keys backed up in', value.keys_backups.join(', ') || 'nowhere yet: agentos backup DIR'],
        ...(value.keys_backups_not_reached.length > 0
          ? [['not reached', `${value.keys_backups_not_reached.join(', ')}: make a backup there again`] as const]
          : []),
        ...(value.next_step === null ? [] : [['next', value.next_step] as const]),
      ]),
    );
  });
};
