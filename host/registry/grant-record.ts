/** What the `grants` column of a plugin's row knows beside the approved digest: with it a later request is compared. */
import type { Manifest } from '../../schemas/manifest.ts';
import type { PluginRow } from '../db/unit.ts';

export interface GrantRecord {
  /** `sha256-…` of the approved bundle alone; null when nothing was approved by a person. */
  code: string | null;
  /** The approved manifest. */
  manifest: Manifest | null;
  /** Fields that were secret in any manifest since a person approved one: they never become readable by themselves. */
  secret_fields: readonly string[];
  /** The person whose approval stands behind it. */
  person: string | null;
  /** Digest of the generation that served last, whoever approved it, and of the one before. */
  last: string | null;
  previous: string | null;
}

const NOTHING: GrantRecord = { code: null, manifest: null, secret_fields: [], person: null, last: null, previous: null };

/** Tolerant: what an older version wrote, or nobody can read, says nothing. */
export const readGrants = (row: Pick<PluginRow, 'grants'> | null): GrantRecord => {
  if (!row?.grants) return NOTHING;
  try {
    const value = JSON.parse(row.grants) as Partial<GrantRecord> | null;
    const known = Object.fromEntries(
      Object.keys(NOTHING).flatMap((name) => (value && Object.hasOwn(value, name) ? [[name, value[name as keyof GrantRecord]]] : [])),
    );
    return { ...NOTHING, ...known };
  } catch {
    return NOTHING;
  }
};

export const writeGrants = (record: GrantRecord): string => JSON.stringify(record);

export const secretFieldsOf = (manifest: Manifest): string[] =>
  Object.entries(manifest.configuration_schema ?? {}).flatMap(([name, field]) => (field.secret === true ? [name] : []));
