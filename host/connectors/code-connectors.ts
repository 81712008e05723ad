/**
 * Connectors that the embedding program registers as objects. They are its own trusted code: nothing confines them, but
 * every other step of a request holds for them as for a folder's.
 */
import type { BaseConnector } from '../../plugins/sdk/connector.ts';
import type { Operation } from '../../schemas/connector-manifest.ts';
import { createParamsCheck, type ParamsCheck } from '../../schemas/params-check.ts';
import { paramsSchemaProblems } from '../../schemas/params-schema.ts';
import { AppError } from '../errors.ts';
import { type Connector, type ConnectorDirectory, failureCode, type Outcome } from './connector.ts';

export interface RegisterOptions {
  /** By name, in the form of a manifest. An operation that is not declared counts as a write, with any parameters. */
  operations?: Readonly<Record<string, Operation>> | undefined;
}

const ID = /^[a-z][a-z0-9_]{1,63}$/;
const OPERATION = /^[a-z][a-z0-9_]{0,63}$/;
const UNDECLARED: Operation = { effect: 'write', params: { type: 'object' } };
const invalid = (message: string, hint: string): AppError => new AppError('INVALID_PARAMS', message, hint);

const createCheck = (id: string, operation: string, schema: Record<string, unknown>): ParamsCheck => {
  const [problem] = paramsSchemaProblems(schema);
  if (problem) throw invalid(`operations.${operation}.params of ${id}${problem.pointer}: ${problem.message}`, problem.hint);
  return createParamsCheck(schema);
};

const failureOf = (error: unknown): Outcome => {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  return { ok: false, code: failureCode(code), message };
};

const operationsOf = (id: string, instance: BaseConnector, declared: Readonly<Record<string, Operation>>): Record<string, Operation> => {
  const supported = instance.getSupportedOperations();
  const wrong = [...supported, ...Object.keys(declared)].find((name) => !OPERATION.test(name));
  if (wrong !== undefined) throw invalid(`${JSON.stringify(wrong)} is no name of an operation.`, 'Lower-case letters, digits and "_".');
  const unknown = Object.keys(declared).find((name) => !supported.includes(name));
  if (unknown !== undefined)
    throw invalid(`${id} declares the operation ${unknown}, which it does not support.`, 'getSupportedOperations() names them all.');
  return Object.fromEntries(supported.map((name) => [name, Object.hasOwn(declared, name) ? (declared[name] as Operation) : UNDECLARED]));
};

const connectorOf = (id: string, instance: BaseConnector, options: RegisterOptions): Connector => {
  const operations = operationsOf(id, instance, options.operations ?? {});
  const checks = new Map(
    Object.entries(operations).map(([name, { params }]) => [name, createCheck(id, name, params as Record<string, unknown>)]),
  );
  const name = typeof instance.name === 'string' && instance.name !== '' ? instance.name : id;
  return {
    id,
    name,
    origin: 'code',
    operations,
    approved: true,
    unavailable() {
      try {
        if (!instance.enabled) return { state: 'disabled', reason: `${name} is disabled`, fix: 'Its configuration says enabled: false.' };
        if (instance.validateConfig()) return null;
        return { state: 'needs_config', reason: `The configuration of ${name} is not valid.`, fix: 'validateConfig() says so.' };
      } catch (error) {
        return { state: 'invalid', reason: `${name} fails: ${error instanceof Error ? error.message : String(error)}`, fix: null };
      }
    },
    problems: (operation, params) => checks.get(operation)?.(params) ?? [],
    async call(operation, params): Promise<Outcome> {
      try {
        return { ok: true, data: await instance.execute(operation, params) };
      } catch (error) {
        return failureOf(error);
      }
    },
  };
};

/** `taken`: whether another directory has a connector of this id. */
export const createCodeConnectors = (taken: (id: string) => boolean) => {
  const registered = new Map<string, Connector>();
  const directory: ConnectorDirectory = {
    get: (id) => registered.get(id) ?? null,
    list: () => [...registered.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
  return {
    directory,
    /** Throws `INVALID_PARAMS` for what cannot be one, `STATE_CONFLICT` when there is a connector of this id. */
    register(id: string, instance: BaseConnector, options: RegisterOptions = {}): void {
      if (typeof id !== 'string' || !ID.test(id))
        throw invalid(
          `${JSON.stringify(String(id).slice(0, 80))} is no id of a connector.`,
          'Two to 64 lower-case letters, digits and "_".',
        );
      if (registered.has(id) || taken(id))
        throw new AppError('STATE_CONFLICT', `There is a connector ${id} already.`, 'Choose another id, or remove its folder.');
      registered.set(id, connectorOf(id, instance, options));
    },
  };
};
