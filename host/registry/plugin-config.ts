/**
 * The values of a plugin's configuration fields: the first that states one of environment variable,
 * `config/channels.json` or `config/connectors.json`, API or command line, manifest default. A value that does not fit is a problem;
 * the next source never takes its place.
 */
import type { ChannelEntry } from '../../schemas/channels-config.ts';
import type { ConfigurationField } from '../../schemas/manifest.ts';
import { nearest } from '../../schemas/nearest.ts';
import type { ResolvedConfig, ResolvedValue } from './evaluate.ts';
import { type FieldValue, parseFieldValue } from './field-value.ts';
import { WORDS } from './kinds.ts';
import type { PluginSource } from './plugin-source.ts';

export interface ConfigProblem {
  field: string;
  message: string;
  hint: string;
}

export interface ResolvedChannelConfig extends ResolvedConfig {
  problems: readonly ConfigProblem[];
}

/** A variable's value; `undefined` when it is not set, or what keeps it from being read. */
export type EnvLookup = (name: string) => string | { problem: string; hint: string } | undefined;

export interface ChannelConfigInput {
  source: PluginSource;
  env: EnvLookup;
  /** The plugin's entry in `config/channels.json` or `config/connectors.json`. */
  file_entry: ChannelEntry | null | undefined;
  /** What was set by API or command line, or made by the host. */
  stored: Readonly<Record<string, FieldValue>>;
  /** Variables that more than one plugin would read, see `contestedVariables`. */
  contested?: ReadonlySet<string> | undefined;
}

const PLACEHOLDER = /^(?:your_|xoxb-your-|xapp-your-)/;

type Fields = Readonly<Record<string, ConfigurationField>>;
const fieldsOf = (source: PluginSource): Fields => source.manifest?.configuration_schema ?? {};

/**
 * The variable that states a field. A name of its own (`TELEGRAM_BOT_TOKEN`) comes from a built-in plugin's
 * manifest and belongs to whoever bears the plugin's id; a second bot must not take the first one's token.
 */
export const variableOf = (source: PluginSource, field: string): string => {
  const fields = fieldsOf(source);
  const named = Object.hasOwn(fields, field) ? fields[field]?.env : undefined;
  if (named !== undefined && source.builtin !== null && source.id === source.builtin) return named;
  return `${WORDS[source.kind].variable}_${source.id}_${field}`.toUpperCase();
};

/** Channel `a` with field `b_c` and channel `a_b` with field `c` share a variable: neither may read it, or one could take the other's secret. */
export const contestedVariables = (sources: readonly PluginSource[]): ReadonlySet<string> => {
  const owners = new Map<string, string>();
  const contested = new Set<string>();
  for (const source of sources) {
    for (const field of Object.keys(fieldsOf(source))) {
      const variable = variableOf(source, field);
      const owner = owners.get(variable) ?? source.id;
      if (owner !== source.id) contested.add(variable);
      owners.set(variable, owner);
    }
  }
  return contested;
};

interface Stated {
  raw: FieldValue;
  source: ResolvedValue['source'];
  /** For the person: where to mend it. */
  place: string;
}

type Found = Stated | { problem: string; hint: string } | null;

const own = (record: Readonly<Record<string, FieldValue>> | undefined, field: string): FieldValue | undefined =>
  record !== undefined && Object.hasOwn(record, field) ? record[field] : undefined;

/** An empty text states something only where nothing is needed. */
const isNothing = (field: ConfigurationField, value: FieldValue): boolean =>
  (value === '' && (field.required === true || field.secret === true)) || (typeof value === 'string' && PLACEHOLDER.test(value));

const fromEnvironment = (input: ChannelConfigInput, name: string): Found => {
  // A manifest with errors may name any variable; nothing is read for it.
  if (input.source.problems.some((problem) => problem.severity === 'error')) return null;
  const variable = variableOf(input.source, name);
  const value = input.env(variable);
  if (value === undefined) return null;
  if (typeof value !== 'string') return value;
  if (input.contested?.has(variable)) {
    return {
      problem: `${variable} could be meant for more than one ${input.source.kind}, so none takes it.`,
      hint: `State the value in ${WORDS[input.source.kind].file}, or rename a ${input.source.kind}.`,
    };
  }
  return { raw: value, source: 'environment', place: variable };
};

const find = (input: ChannelConfigInput, name: string, field: ConfigurationField): Found => {
  const found = fromEnvironment(input, name);
  if (found !== null && ('problem' in found || !isNothing(field, found.raw))) return found;
  const { file } = WORDS[input.source.kind];
  const inFile = own(input.file_entry?.config, name);
  if (inFile !== undefined && !isNothing(field, inFile))
    return { raw: inFile, source: 'file', place: `${file}, ${input.source.id}.config.${name}` };
  const kept = own(input.stored, name);
  if (kept !== undefined && !isNothing(field, kept)) return { raw: kept, source: 'stored', place: `the stored value of ${name}` };
  if (field.default !== undefined && !isNothing(field, field.default))
    return { raw: field.default, source: 'default', place: `the default of ${name}` };
  return null;
};

const unknownFields = ({ source, file_entry }: ChannelConfigInput): ConfigProblem[] => {
  const known = Object.keys(fieldsOf(source));
  return Object.keys(file_entry?.config ?? {}).flatMap((field) => {
    if (known.includes(field)) return [];
    const meant = nearest(field, known);
    const hint = meant === null ? `Fields of this ${source.kind}: ${known.join(', ') || 'none'}.` : `Did you mean ${meant}?`;
    return [{ field, message: `${WORDS[source.kind].file}, ${source.id}.config.${field}: the ${source.kind} has no such field.`, hint }];
  });
};

export const resolvePluginConfig = (input: ChannelConfigInput): ResolvedChannelConfig => {
  const { source } = input;
  const values: Record<string, ResolvedValue> = Object.create(null);
  const missing: string[] = [];
  const to_generate: string[] = [];
  const problems = unknownFields(input);
  const verified_by = source.manifest?.webhook?.verify?.secret;
  for (const [name, field] of Object.entries(fieldsOf(source))) {
    const found = find(input, name, field);
    if (found === null) {
      if (field.generate !== undefined) to_generate.push(name);
      else if (field.required === true) missing.push(name);
      continue;
    }
    if ('problem' in found) {
      problems.push({ field: name, message: found.problem, hint: found.hint });
      continue;
    }
    const parsed = parseFieldValue(field, found.raw, { text: found.source === 'environment', list: name === verified_by });
    if (parsed.ok) values[name] = { value: parsed.value, source: found.source };
    else problems.push({ field: name, message: `${found.place} ${parsed.message}.`, hint: parsed.hint });
  }
  return { values, missing, to_generate, problems, variable: (field) => variableOf(source, field) };
};
