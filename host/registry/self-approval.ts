/** Requests that need no person, because one approved more before. Pure. */
import type { Manifest } from '../../schemas/manifest.ts';
import type { PluginRow } from '../db/unit.ts';
import { codeHashOf } from './digest.ts';
import { type GrantRecord, readGrants } from './grant-record.ts';
import type { PluginSource } from './plugin-source.ts';
import { same, widens, within } from './widens.ts';

export interface SelfApprovalInput {
  source: PluginSource;
  stored: PluginRow | null;
  /** `config/channels.json` or `config/connectors.json` states grants: then only the file decides. */
  by_file: boolean;
  /** Development: the folder belongs to the user that runs the host, and is watched. */
  own_folder: boolean;
}

export interface SelfApproval {
  actor: 'host' | 'host:reload';
  /** For the audit trail. */
  because: string;
}

/** What a manifest may change without any effect on what its code can do. */
const DESCRIPTIVE: ReadonlySet<string> = new Set([
  '$schema',
  'name',
  'version',
  'description',
  'author',
  'license',
  'homepage',
  'icon',
  'setup_guide',
]);
/** Compared by `widens`. */
const COMPARED: ReadonlySet<string> = new Set(['permissions', 'webhook', 'budget', 'send', 'operations']);

/** A field that was secret once must not become one that the code can read, nor by way of leaving it out for a while. */
const opensSecret = (asked: Manifest, { secret_fields }: GrantRecord): boolean =>
  secret_fields.some((name) => {
    const fields = asked.configuration_schema ?? {};
    return Object.hasOwn(fields, name) && fields[name]?.secret !== true;
  });

/** A field without what is only shown of it. */
const effectOf = (field: object): object => ({ ...field, title: undefined, description: undefined });

const sameFields = (asked: Manifest, own: Manifest): boolean =>
  Object.entries(asked.configuration_schema ?? {}).every(([name, field]) => {
    const before = Object.hasOwn(own.configuration_schema ?? {}, name) ? own.configuration_schema?.[name] : undefined;
    return before !== undefined && same(effectOf(field), effectOf(before));
  });

/** Everything that `widens` does not look at is the same, or plainly less. */
const sameElsewhere = (asked: Manifest, own: Manifest): boolean =>
  within(asked.capabilities, own.capabilities) &&
  sameFields(asked, own) &&
  same(asked.webhook?.event_id, own.webhook?.event_id) &&
  [...new Set([...Object.keys(asked), ...Object.keys(own)])]
    .filter((key) => !DESCRIPTIVE.has(key) && !COMPARED.has(key) && key !== 'capabilities' && key !== 'configuration_schema')
    .every((key) => same(asked[key as keyof Manifest], own[key as keyof Manifest]));

export const decideSelfApproval = ({ source, stored, by_file, own_folder }: SelfApprovalInput): SelfApproval | null => {
  const { manifest, bundle, digest } = source;
  if (manifest === null || bundle === null || digest === null || by_file || stored === null) return null;
  if (stored.digest === null || stored.digest === digest || (source.builtin !== null && !source.widens)) return null;
  const record = readGrants(stored);
  if (record.manifest === null || record.person === null || widens(manifest, record.manifest) || opensSecret(manifest, record)) return null;
  if (record.code === codeHashOf(bundle.code) && sameElsewhere(manifest, record.manifest))
    return { actor: 'host', because: 'the same code asks for no more than what was approved' };
  if (own_folder && source.builtin === null)
    return { actor: 'host:reload', because: 'development: the folder is the own one, and its permissions are not wider' };
  return null;
};
