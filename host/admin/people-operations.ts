/** What can be asked about people and keys: what is stored of one user, and with which key all of it is sealed. */
import type { SecretState } from '../config/secret-list.ts';
import type { ErasureReport } from '../people/erase.ts';
import type { PersonExport } from '../people/export.ts';
import type { Rotation } from '../secrets/rotate.ts';

export interface PeopleOperations {
  exportUser(channel_id: string, user_key: string): Promise<PersonExport>;
  eraseUser(channel_id: string, user_key: string, actor: string): Promise<ErasureReport>;
  listSecrets(): SecretState[];
  /** null: a key is made. */
  rotate(key: Buffer | null, actor: string): Promise<Rotation>;
}
