/** Operations of the field `operations`: a JSON list that the operator writes. */
import { asList, asRecord, asText, parseJson, type Untrusted } from '../../sdk/index.ts';
import {
  ConfigurationError,
  type ConfiguredOperation,
  checkPath,
  effectOf,
  ID,
  METHODS,
  MOST_OPERATIONS,
  type Parameter,
  pathNames,
} from './operation.ts';

const KEYS = ['id', 'method', 'path', 'description', 'effect', 'query', 'headers', 'body', 'graphql'];

/** `["limit", "q!"]`: an exclamation mark at the end makes it required. */
const named = (value: unknown, place: 'query' | 'header', where: string): Parameter[] => {
  if (value !== undefined && !Array.isArray(value)) throw new ConfigurationError(`${where}: a list of names is needed`);
  return asList(value).map((one) => {
    const text = asText(one, 80);
    if (text === undefined) throw new ConfigurationError(`${where}: a list of names is needed`);
    const required = text.endsWith('!');
    return { name: required ? text.slice(0, -1) : text, in: place, required, description: null };
  });
};

/** Comments and texts are no keywords. */
const changes = (document: string): boolean =>
  /\b(?:mutation|subscription)\b/.test(document.replace(/"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*/g, ' '));

const effectIn = ({ effect }: Untrusted, method: ConfiguredOperation['method'], graphql: string | null, where: string) => {
  if (effect === undefined) return effectOf(method);
  if (effect !== 'read' && effect !== 'write') throw new ConfigurationError(`${where}: "effect" is "read" or "write"`);
  const deletes = method === 'DELETE' || method === 'PUT' || method === 'PATCH';
  if (effect === 'read' && (deletes || (graphql !== null && changes(graphql)))) {
    throw new ConfigurationError(`${where}: what changes something cannot be declared as "read"`);
  }
  return effect;
};

const readOne = (value: unknown, index: number): ConfiguredOperation => {
  const entry = asRecord(value) ?? {};
  const id = asText(entry.id) ?? '';
  const where = `operations[${index}]${id === '' ? '' : ` (${id.slice(0, 64)})`}`;
  if (!ID.test(id)) throw new ConfigurationError(`${where}: "id" is no name of letters, digits, "_", "." and "-"`);
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new ConfigurationError(`${where}: "${unknown.slice(0, 64)}" is none of ${KEYS.join(', ')}`);
  const graphql = asText(entry.graphql) ?? null;
  const stated = String(entry.method ?? (graphql === null ? 'GET' : 'POST')).toUpperCase();
  const method = METHODS.find((each) => each === stated);
  if (method === undefined) throw new ConfigurationError(`${where}: "method" is none of ${METHODS.join(', ')}`);
  if (graphql !== null && method !== 'POST') throw new ConfigurationError(`${where}: GraphQL is asked by POST`);
  if (entry.body !== undefined && !['none', 'optional', 'required'].includes(String(entry.body))) {
    throw new ConfigurationError(`${where}: "body" is "none", "optional" or "required"`);
  }
  const path = checkPath(entry.path, where);
  const plain = effectOf(method) === 'read' || graphql !== null ? 'none' : 'optional';
  return {
    id,
    description: asText(entry.description, 500) ?? null,
    method,
    path,
    effect: effectIn(entry, method, graphql, where),
    parameters: [
      ...pathNames(path).map((name): Parameter => ({ name, in: 'path', required: true, description: null })),
      ...named(entry.query, 'query', `${where} query`),
      ...named(entry.headers, 'header', `${where} headers`),
    ],
    body: (entry.body as ConfiguredOperation['body'] | undefined) ?? plain,
    graphql,
  };
};

/** Throws `ConfigurationError`. */
export const fromList = (text: string): ConfiguredOperation[] => {
  const list = parseJson(text);
  if (!Array.isArray(list) || list.length > MOST_OPERATIONS) {
    throw new ConfigurationError(`operations is no JSON list of at most ${MOST_OPERATIONS} operations`);
  }
  return list.map(readOne);
};
