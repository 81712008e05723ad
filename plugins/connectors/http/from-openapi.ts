/** Operations of the field `openapi`: an OpenAPI 3 document as JSON. Of it paths, parameters and JSON bodies are used. */
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
} from './operation.ts';

/** Into `#/components/…` of the same document, one step: a reference to a reference is none. */
const resolve = (document: Untrusted, value: unknown): Untrusted => {
  const found = asRecord(value) ?? {};
  const reference = asText(found.$ref);
  if (reference === undefined) return found;
  const steps = reference.startsWith('#/') ? reference.slice(2).split('/') : [];
  let at: unknown = steps.length === 0 ? undefined : document;
  for (const step of steps) {
    const record = asRecord(at);
    const key = step.replace(/~1/g, '/').replace(/~0/g, '~');
    at = record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
  }
  const target = asRecord(at);
  if (target === undefined || target.$ref !== undefined)
    throw new ConfigurationError(`openapi: ${reference.slice(0, 200)} leads nowhere in it`);
  return target;
};

const parameterOf = (value: Untrusted, where: string): Parameter[] => {
  const name = asText(value.name, 64);
  if (name === undefined) throw new ConfigurationError(`openapi: a parameter of ${where} has no name`);
  // Cookies are the host's business, and it keeps none.
  if (value.in !== 'path' && value.in !== 'query' && value.in !== 'header') return [];
  const required = value.in === 'path' || value.required === true;
  return [{ name, in: value.in, required, description: asText(value.description, 300) ?? null }];
};

/** Those of the operation stand for those of the path with the same name. */
const parametersOf = (document: Untrusted, item: Untrusted, operation: Untrusted, where: string): Parameter[] => {
  const found = new Map<string, Parameter>();
  for (const one of [...asList(item.parameters), ...asList(operation.parameters)]) {
    for (const parameter of parameterOf(resolve(document, one), where)) found.set(`${parameter.in} ${parameter.name}`, parameter);
  }
  return [...found.values()];
};

const bodyOf = (document: Untrusted, operation: Untrusted, where: string): ConfiguredOperation['body'] => {
  if (operation.requestBody === undefined) return 'none';
  const body = resolve(document, operation.requestBody);
  const types = Object.keys(asRecord(body.content) ?? {});
  if (!types.some((type) => /^application\/(?:[\w.+-]*\+)?json\b/.test(type))) {
    throw new ConfigurationError(`openapi: ${where} takes no JSON body, and nothing else can be sent`);
  }
  return body.required === true ? 'required' : 'optional';
};

/** Throws `ConfigurationError`. */
export const fromOpenApi = (text: string): ConfiguredOperation[] => {
  const document = asRecord(parseJson(text));
  if (document === undefined || !/^3\.\d/.test(String(document.openapi)))
    throw new ConfigurationError('openapi is no OpenAPI 3 document as JSON');
  const operations: ConfiguredOperation[] = [];
  for (const [key, value] of Object.entries(asRecord(document.paths) ?? {})) {
    const item = resolve(document, value);
    for (const method of METHODS) {
      const operation = asRecord(item[method.toLowerCase()]);
      if (operation === undefined) continue;
      const where = `${method} ${key.slice(0, 200)}`;
      const id = asText(operation.operationId) ?? `${method.toLowerCase()}${key.replace(/[^A-Za-z0-9]+/g, '_')}`.slice(0, 64);
      if (!ID.test(id))
        throw new ConfigurationError(`openapi: the operationId of ${where} is no name of letters, digits, "_", "." and "-"`);
      operations.push({
        id,
        description: asText(operation.summary, 500) ?? asText(operation.description, 500) ?? null,
        method,
        path: checkPath(key, `openapi ${where}`),
        effect: effectOf(method),
        parameters: parametersOf(document, item, operation, where),
        body: bodyOf(document, operation, where),
        graphql: null,
      });
    }
  }
  if (operations.length > MOST_OPERATIONS) throw new ConfigurationError(`openapi has more than ${MOST_OPERATIONS} operations`);
  return operations;
};
