/** The files that an operator edits, read and checked. What is wrong is a value: at start it ends the host, at reload the last good file stays. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { ChannelsConfig } from '../../schemas/channels-config.ts';
import { compile } from '../../schemas/compile.ts';
import { ConnectorsConfig } from '../../schemas/connectors-config.ts';
import { type Explained, explainErrors } from '../../schemas/explain.ts';
import { parseJsonText } from '../../schemas/json-text.ts';
import { SecurityPolicy } from '../../schemas/security-policy.ts';
import { checkEntries, checkPolicy } from './meaning.ts';

export interface DocumentProblem {
  /** As the operator knows it: `config/security_policy.json`. */
  file: string;
  /** 1-based. */
  line: number;
  message: string;
  hint: string;
}

/** `found`: whether the file exists; without it the document is `{}`. */
export type Document<T> = { ok: true; value: T; found: boolean } | { ok: false; problems: DocumentProblem[] };

const LARGEST = 1_048_576;

const readText = (path: string): { text: string } | { missing: true } | { message: string; hint: string } => {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > LARGEST) return { message: `The file is larger than ${LARGEST} bytes.`, hint: 'Is it the right file?' };
    if (!isUtf8(bytes)) return { message: 'The file is no UTF-8 text.', hint: 'Save it as UTF-8.' };
    return { text: bytes.toString('utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { missing: true };
    return { message: `The file cannot be read (${code}).`, hint: 'Check its permissions.' };
  }
};

type Check = (value: unknown) => Explained[];

const readDocument = <T>(path: string, file: string, check: Check): Document<T> => {
  const read = readText(path);
  if ('missing' in read) return { ok: true, value: {} as T, found: false };
  if ('message' in read) return { ok: false, problems: [{ file, line: 1, ...read }] };
  const json = parseJsonText(read.text);
  if (!json.ok) return { ok: false, problems: [{ file, line: json.line, message: json.message, hint: json.hint }] };
  const doubled = json.duplicates.map(({ line, message, hint }) => ({ file, line, message, hint }));
  const wrong = check(json.value).map(({ pointer, message, hint }) => ({ file, line: json.lineOf(pointer), message, hint }));
  const problems = [...doubled, ...wrong].sort((a, b) => a.line - b.line);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: json.value as T, found: true };
};

const policyStructure = compile(SecurityPolicy, { every: true });
const channelsStructure = compile(ChannelsConfig, { every: true });
const connectorsStructure = compile(ConnectorsConfig, { every: true });

const structureThen =
  (
    structure: typeof policyStructure | typeof channelsStructure | typeof connectorsStructure,
    meaning: (value: never) => Explained[],
  ): Check =>
  (value) => {
    const checked = structure(value);
    return checked.ok ? meaning(value as never) : explainErrors(checked.errors);
  };

export const POLICY_FILE = 'config/security_policy.json';
export const CHANNELS_FILE = 'config/channels.json';
export const CONNECTORS_FILE = 'config/connectors.json';

/** What is wrong with a policy that is no file: empty when it can be used. */
export const checkPolicyDocument: Check = structureThen(policyStructure, checkPolicy);

export const readPolicy = (path: string): Document<SecurityPolicy> => readDocument(path, POLICY_FILE, checkPolicyDocument);

const readEntries = (path: string, file: string, check: Check): Document<ChannelsConfig> => {
  const document = readDocument<ChannelsConfig & { $schema?: string }>(path, file, check);
  if (!document.ok) return document;
  const { $schema: _, ...value } = document.value;
  return { ...document, value };
};

export const readChannelsConfig = (path: string): Document<ChannelsConfig> =>
  readEntries(path, CHANNELS_FILE, structureThen(channelsStructure, checkEntries));

export const readConnectorsConfig = (path: string): Document<ConnectorsConfig> =>
  readEntries(path, CONNECTORS_FILE, structureThen(connectorsStructure, checkEntries));
