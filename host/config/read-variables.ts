/** Reads every variable of the host, and collects everything that is wrong: one start shows all of it. */
import { type Environment, isEnvProblem } from './environment.ts';
import { VARIABLES, type Variable, type VariableName, type VariableValues } from './variables.ts';

export interface Fault {
  message: string;
  hint: string;
}

export interface ReadVariables {
  values: VariableValues;
  /** `environment`, `.env` or `NAME_FILE`, for those that are stated. */
  sources: Partial<Record<VariableName, string>>;
  faults: Fault[];
}

const HINTS: Partial<Record<VariableName, string>> = {
  DATABASE_URL: 'Three slashes are relative to the home, four are absolute: sqlite:///store/agentos.db.',
};

/** Short words of a choice may be repeated to the person; anything else may be a secret. */
const shown = (variable: Variable<unknown>, value: string): string =>
  variable.secret !== true && /^[\w.+-]{1,32}$/.test(value) ? ` (${value})` : '';

export const readVariables = (environment: Environment): ReadVariables => {
  const values: Record<string, unknown> = {};
  const sources: Partial<Record<VariableName, string>> = {};
  const faults: Fault[] = [];
  for (const [name, variable] of Object.entries(VARIABLES) as [VariableName, Variable<unknown>][]) {
    values[name] = null;
    const entry = environment.read(name, { file: variable.secret === true });
    if (entry === undefined) continue;
    if (isEnvProblem(entry)) {
      faults.push({ message: entry.problem, hint: entry.hint });
      continue;
    }
    sources[name] = entry.source;
    const parsed = variable.parse(entry.value);
    if (parsed.ok) values[name] = parsed.value;
    else
      faults.push({
        message: `${name}${shown(variable, entry.value)} ${parsed.problem}.`,
        hint: HINTS[name] ?? `Example: ${name}=${variable.example}`,
      });
  }
  return { values: values as VariableValues, sources, faults };
};
