/**
 * The environment as the host reads it: the process's own variables, then `.env`; empty values and the
 * guide's placeholders count as not set; every secret may come as `NAME_FILE`.
 */
import { readFileSync, statSync } from 'node:fs';

/** A variable that is there but cannot be used. The text never repeats a value. */
export interface EnvProblem {
  problem: string;
  hint: string;
}

export type EnvValue = string | EnvProblem | undefined;

/** Where a value came from: `environment`, `.env`, or the file that `NAME_FILE` names. */
export interface EnvEntry {
  value: string;
  source: string;
}

export interface Environment {
  /** `file`: whether `NAME_FILE` may state it. */
  read(name: string, options: { file: boolean }): EnvEntry | EnvProblem | undefined;
}

const LARGEST_FILE = 65_536;

/** As the guide's `.env` prints them: `your_auth_token`, `xoxb-your-bot-token`, `xapp-your-app-token`. */
const PLACEHOLDER = /^(?:your_|xoxb-your-|xapp-your-)/;
export const isPlaceholder = (value: string): boolean => PLACEHOLDER.test(value);

export const isEnvProblem = (value: unknown): value is EnvProblem => typeof value === 'object' && value !== null && 'problem' in value;

/** Secret stores and editors end a value with a line break that is not part of it. */
const withoutLineBreak = (value: string): string => value.replace(/\r?\n$/, '');

const readSecretFile = (name: string, file: string): EnvEntry | EnvProblem | undefined => {
  const hint = `${name}_FILE has to name a file that holds the value and nothing else.`;
  try {
    // A pipe would hold the start until someone writes to it; a link to a file is how secret stores mount theirs.
    if (!statSync(file).isFile()) return { problem: `The file that ${name}_FILE names is no regular file.`, hint };
    const bytes = readFileSync(file);
    if (bytes.length > LARGEST_FILE) return { problem: `The file that ${name}_FILE names is larger than ${LARGEST_FILE} bytes.`, hint };
    const value = withoutLineBreak(bytes.toString('utf8'));
    if (value.trim() === '') return { problem: `The file that ${name}_FILE names is empty.`, hint };
    return isPlaceholder(value) ? undefined : { value, source: `${name}_FILE` };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { problem: `The file that ${name}_FILE names cannot be read (${code}).`, hint };
  }
};

export const createEnvironment = (
  processEnv: Readonly<Record<string, string | undefined>>,
  envFile: ReadonlyMap<string, string>,
  resolveFile: (file: string) => string,
): Environment => {
  const layers = [
    { source: 'environment', get: (name: string) => (Object.hasOwn(processEnv, name) ? processEnv[name] : undefined) },
    { source: '.env', get: (name: string) => envFile.get(name) },
  ];
  const usable = (raw: string | undefined): string | undefined => {
    const value = withoutLineBreak(raw ?? '');
    return value.trim() === '' || isPlaceholder(value) ? undefined : value;
  };
  return {
    read(name, { file }) {
      for (const { source, get } of layers) {
        const value = usable(get(name));
        const path = file ? usable(get(`${name}_FILE`)) : undefined;
        if (value !== undefined && path !== undefined)
          return { problem: `${name} and ${name}_FILE are both set.`, hint: 'Keep one of them.' };
        if (value !== undefined) return { value, source };
        if (path !== undefined) return readSecretFile(name, resolveFile(path));
      }
      return undefined;
    },
  };
};
