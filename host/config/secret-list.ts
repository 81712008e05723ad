/** Which secrets have values, and from where; never the values. */
import { BUILTIN_VARIABLES } from './channel-variables.ts';
import { type ConfigValue, MASK } from './sources.ts';
import { VARIABLES, type Variable } from './variables.ts';

export interface SecretState {
  name: string;
  has_value: boolean;
  source: string;
}

const isSecretVariable = (name: string): boolean =>
  BUILTIN_VARIABLES[name] === true || (VARIABLES as Record<string, Variable<unknown>>)[name]?.secret === true;

/** Of the effective settings, those that are secret: variables by name, fields of channels and connectors by dotted path. */
export const listSecrets = (settings: readonly ConfigValue[]): SecretState[] =>
  settings
    .filter(({ key, value }) => isSecretVariable(key) || value === MASK)
    .map(({ key, value, source }) => ({ name: key, has_value: value !== null, source }));
