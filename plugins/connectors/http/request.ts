/** From an operation and its parameters to a request. Pure. Throws `InvalidParamsError`. */
import { type FetchRequest, InvalidParamsError, type Untrusted } from '../../sdk/index.ts';
import type { ConfiguredOperation, Parameter } from './operation.ts';

type Plain = string | number | boolean;
const isPlain = (value: unknown): value is Plain => ['string', 'number', 'boolean'].includes(typeof value);

/** A step of the path stays one step. */
const pathStep = (name: string, value: unknown): string => {
  if (!isPlain(value) || value === '') throw new InvalidParamsError(`'${name}' is no text or number`);
  const text = String(value);
  if (text === '.' || text === '..') throw new InvalidParamsError(`'${name}' is no name`);
  return encodeURIComponent(text);
};

const texts = (name: string, value: unknown): string[] =>
  [value].flat().map((one) => {
    if (!isPlain(one)) throw new InvalidParamsError(`'${name}' is no text, number, true or false, or list of them`);
    return String(one);
  });

const refuseUnknown = (operation: ConfiguredOperation, params: Untrusted): void => {
  const known = new Set([...operation.parameters.map(({ name }) => name), ...(operation.body === 'none' ? [] : ['body'])]);
  const unknown = Object.keys(params).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new InvalidParamsError(
      `'${unknown.slice(0, 64)}' is no parameter of ${operation.id}; it takes ${[...known].join(', ') || 'none'}`,
    );
  }
};

const isGiven = (params: Untrusted, name: string): boolean =>
  Object.hasOwn(params, name) && params[name] !== undefined && params[name] !== null;

const requireAll = (operation: ConfiguredOperation, params: Untrusted): void => {
  const needed = [
    ...operation.parameters.filter(({ required }) => required).map(({ name }) => name),
    ...(operation.body === 'required' ? ['body'] : []),
  ];
  const missing = needed.find((name) => !isGiven(params, name));
  if (missing !== undefined) throw new InvalidParamsError(`'${missing}' parameter is required`);
};

export const requestOf = (base: string, operation: ConfiguredOperation, params: Untrusted): FetchRequest => {
  const { method, graphql } = operation;
  const accept = { accept: 'application/json, */*;q=0.5' };
  if (graphql !== null) return { url: base + operation.path, method, headers: accept, json: { query: graphql, variables: params } };
  refuseUnknown(operation, params);
  requireAll(operation, params);
  const given = (place: Parameter['in']) =>
    operation.parameters.filter((parameter) => parameter.in === place && isGiven(params, parameter.name));
  const path = operation.path.replace(/\{([^{}/]{1,64})\}/g, (_, name: string) => pathStep(name, params[name]));
  const query = new URLSearchParams(
    given('query').flatMap(({ name }) => texts(name, params[name]).map((text): [string, string] => [name, text])),
  );
  const headers = Object.fromEntries(given('header').map(({ name }) => [name, texts(name, params[name]).join(', ')]));
  const search = query.toString();
  return {
    url: `${base}${path}${search === '' ? '' : `?${search}`}`,
    method,
    headers: { ...accept, ...headers },
    ...(isGiven(params, 'body') ? { json: params.body } : {}),
  };
};
