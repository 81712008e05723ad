/** The connectors of the home's folders, as the communication service sees them. */
import type { Operation } from '../../../schemas/connector-manifest.ts';
import { createParamsCheck, type ParamsCheck } from '../../../schemas/params-check.ts';
import type { Seen } from '../../registry/plugin-view.ts';
import type { Connector, ConnectorDirectory } from '../connector.ts';
import { CALLED, type PooledConnector } from './pooled-connector.ts';

/** What is known of the folders and of what runs of them. */
export interface PoolOf {
  facts(id: string): Seen | null;
  ids(): string[];
  get(id: string): PooledConnector | null;
}

export const createDirectory = (pool: PoolOf): ConnectorDirectory => {
  /** By the schema itself: an operation of another generation has another one. */
  const checks = new WeakMap<object, ParamsCheck>();
  const checkOf = ({ params }: Operation): ParamsCheck => {
    const check = checks.get(params) ?? createParamsCheck(params);
    checks.set(params, check);
    return check;
  };

  const get = (id: string): Connector | null => {
    const facts = pool.facts(id);
    if (facts === null) return null;
    const now = facts.serving ?? facts.evaluated;
    const operations = now.source.manifest?.operations ?? {};
    return {
      id,
      name: now.source.manifest?.name ?? id,
      origin: now.source.builtin === null ? 'folder' : 'builtin',
      operations,
      approved: now.approved_by !== null,
      unavailable() {
        const runner = pool.get(id);
        const status = runner?.status() ?? pool.facts(id)?.evaluated.status;
        if (status === undefined) return { state: 'disabled', reason: `The folder store/connectors/${id} has gone.`, fix: null };
        if (runner !== null && CALLED.has(status.state)) return null;
        return { ...status, reason: status.reason ?? `It is ${status.state}.` };
      },
      problems(operation, params) {
        if (!Object.hasOwn(operations, operation)) return [`Operation '${operation}' not supported`];
        return checkOf(operations[operation] as Operation)(params);
      },
      async call(operation, params, limits) {
        const runner = pool.get(id);
        if (runner !== null) return runner.call(operation, params, limits);
        const { state, reason } = pool.facts(id)?.evaluated.status ?? { state: 'disabled', reason: 'its folder has gone' };
        return { ok: false, code: 'CONNECTOR_ERROR', message: `The connector ${id} is ${state}: ${reason}` };
      },
    };
  };

  return { get, list: () => pool.ids().flatMap((id) => get(id) ?? []) };
};
