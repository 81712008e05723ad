/** Values of a plugin's fields as a person states them by API or command line. Pure; refusals are told to whoever decides. */
import type { ConfigurationField, Manifest } from '../../schemas/manifest.ts';
import { nearest } from '../../schemas/nearest.ts';
import { AppError } from '../errors.ts';
import { configReference } from './config-reference.ts';
import type { ResolvedConfig } from './evaluate.ts';
import { type FieldValue, parseFieldValue } from './field-value.ts';
import { secretFieldsOf } from './grant-record.ts';
import { WORDS } from './kinds.ts';
import type { PluginSource } from './plugin-source.ts';

export interface ConfiguredBy {
  actor: string;
  /** Whether the person may change grants and secrets. */
  may_grant: boolean;
}

export interface ConfigureInput {
  source: PluginSource;
  /** Of the code that serves, and of what was approved: what they protect stays so, whatever the folder says now. */
  approved: readonly Manifest[];
  /** Fields that were secret before. */
  secret_fields: readonly string[];
  /** null takes the stored value away. */
  given: Readonly<Record<string, FieldValue | null>>;
  kept: Readonly<Record<string, FieldValue>>;
  /** Who states a field's value now, `kept` left out. */
  stated: ResolvedConfig;
  may_grant: boolean;
}

export interface Configured {
  kept: Record<string, FieldValue>;
  /** Names of the fields that changed; their values are nobody's business. */
  fields: string[];
  /** Those among them that a permission refers to. */
  grants: string[];
}

/** Fields whose value says where a granted power may reach. */
const grantFields = ({ permissions }: Manifest): ReadonlySet<string> => {
  const network = permissions?.network ?? [];
  const texts = [
    ...network.map(({ url }) => url),
    ...(permissions?.websocket ?? []).map(({ url }) => url),
    ...network.flatMap(({ credentials }) => (credentials ?? []).map(({ user }) => user)),
  ];
  return new Set(texts.map(configReference).filter((field) => field !== null));
};

const need = (source: PluginSource): Manifest => {
  if (source.manifest) return source.manifest;
  throw new AppError(
    'MANIFEST_INVALID',
    `The manifest of ${source.id} cannot be read, so its fields are not known.`,
    `${WORDS[source.kind].command} show lists the problems.`,
  );
};

/** The first manifest that has the field: the folder's, else that of the code that serves beside it. */
const fieldOf = (source: PluginSource, manifests: readonly Manifest[], name: string): { field: ConfigurationField; of: Manifest } => {
  for (const of of manifests) {
    const fields = of.configuration_schema ?? {};
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field) return { field, of };
  }
  const known = Object.keys(manifests[0]?.configuration_schema ?? {});
  const meant = nearest(name, known);
  throw new AppError(
    'INVALID_PARAMS',
    `${source.id} has no field ${name}.`,
    meant === null ? `Its fields: ${known.join(', ') || 'none'}.` : `Did you mean ${meant}?`,
  );
};

const refuseStatedElsewhere = ({ source, stated }: ConfigureInput, name: string): void => {
  const by = Object.hasOwn(stated.values, name) ? stated.values[name]?.source : undefined;
  const inFile = by === 'file' || stated.problems.some(({ field }) => field === name);
  if (by !== 'environment' && !inFile) return;
  const place = by === 'environment' ? `the variable ${stated.variable(name)}` : `${WORDS[source.kind].file}, ${source.id}.config.${name}`;
  throw new AppError('SET_IN_FILE', `${name} is stated by ${place}.`, `Change or remove it there: ${place}.`);
};

/** Fields that only an admin sets, by what makes them so: when one of the manifests says it, it holds. */
const protectedBy = (manifests: readonly Manifest[], secret_fields: readonly string[]) => ({
  secret: new Set([...secret_fields, ...manifests.flatMap(secretFieldsOf)]),
  grant: new Set(manifests.flatMap((manifest) => [...grantFields(manifest)])),
});

const refuseUnlessAdmin = (source: PluginSource, name: string, isSecret: boolean, isGrant: boolean, may_grant: boolean): void => {
  if (may_grant || !(isSecret || isGrant)) return;
  const what = isSecret ? 'is a secret' : 'says where a granted permission may reach';
  throw new AppError('FORBIDDEN', `${name} of ${source.id} ${what}: it needs the role admin.`, 'Use a token with the role admin.');
};

const parsed = (source: PluginSource, manifest: Manifest, name: string, field: ConfigurationField, value: FieldValue): FieldValue => {
  const list = name === manifest.webhook?.verify?.secret;
  const result = parseFieldValue(field, value, { text: false, list });
  if (!result.ok) throw new AppError('INVALID_PARAMS', `${name} of ${source.id} ${result.message}.`, result.hint);
  return result.value;
};

/** What is kept after it. Throws `INVALID_PARAMS`, `SET_IN_FILE`, `FORBIDDEN`, `MANIFEST_INVALID`; then nothing changes. */
export const decideConfigure = (input: ConfigureInput): Configured => {
  const { source, given, may_grant } = input;
  const manifest = need(source);
  const { secret, grant } = protectedBy([manifest, ...input.approved], input.secret_fields);
  const kept: Record<string, FieldValue> = { ...input.kept };
  const fields: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const { field, of } = fieldOf(source, [manifest, ...input.approved], name);
    refuseUnlessAdmin(source, name, secret.has(name), grant.has(name), may_grant);
    refuseStatedElsewhere(input, name);
    const next = value === null ? undefined : parsed(source, of, name, field, value);
    if (kept[name] === next) continue;
    fields.push(name);
    if (next === undefined) delete kept[name];
    else kept[name] = next;
  }
  return { kept, fields, grants: fields.filter((name) => grant.has(name)) };
};
