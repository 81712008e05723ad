/** The service as the host wires it, on a real ledger with people's keys, with connectors registered in code. */
import { randomBytes } from 'node:crypto';
import { type Approvals, createApprovals } from '../../../host/approvals/approvals.ts';
import { createRateWindow } from '../../../host/bus/rate-window.ts';
import type { Config } from '../../../host/config.ts';
import type { Caller } from '../../../host/connectors/caller.ts';
import { connectorContext } from '../../../host/connectors/code-context.ts';
import type { RequestService } from '../../../host/connectors/communication-service.ts';
import type { Connector } from '../../../host/connectors/connector.ts';
import type { CommunicationService } from '../../../host/connectors/embedded.ts';
import type { ConnectorRequest } from '../../../host/connectors/request.ts';
import type { Delivered, Delivery } from '../../../host/connectors/runs.ts';
import { type EvidenceView, evidenceView } from '../../../host/ledger/views.ts';
import type { ExecutionPhase } from '../../../host/policy/decide.ts';
import type { NetworkMode } from '../../../host/policy/modes.ts';
import { createHostConnectors } from '../../../host/wiring/connectors.ts';
import { BaseConnector, NotSupportedError, type OperationParams } from '../../../plugins/sdk/connector.ts';
import type { Operation } from '../../../schemas/connector-manifest.ts';
import type { SecurityPolicy } from '../../../schemas/security-policy.ts';
import { type KeyedLedger, openKeyedLedger } from '../secrets/keyed-ledger.ts';

const text = { type: 'string' } as const;

export const OPERATIONS: Record<string, Operation> = {
  fetch: {
    effect: 'read',
    params: { type: 'object', properties: { url: { type: 'string', format: 'uri' }, note: text }, additionalProperties: false },
  },
  send: {
    effect: 'write',
    risk: 'high',
    params: { type: 'object', properties: { text, to: { type: 'string', format: 'uri' } }, required: ['text'] },
  },
  execute: { effect: 'read', params: { type: 'object', properties: { url: { type: 'string', format: 'uri' } } } },
};

/** Answers what it is told to, and counts how often it was reached. */
export class Items extends BaseConnector {
  calls: { operation: string; params: OperationParams }[] = [];
  answer: (operation: string, params: OperationParams) => unknown = (_operation, params) => ({ got: params });
  on = true;

  override validateConfig(): boolean {
    return this.on;
  }
  async execute(operation: string, params: OperationParams): Promise<unknown> {
    if (!Object.hasOwn(OPERATIONS, operation)) throw new NotSupportedError(operation);
    this.calls.push({ operation, params });
    return this.answer(operation, params);
  }
  getSupportedOperations(): string[] {
    return Object.keys(OPERATIONS);
  }
}

export interface Bench {
  home: KeyedLedger;
  service: RequestService;
  communication: CommunicationService;
  approvals: Approvals;
  items: Items;
  policy: SecurityPolicy;
  mode: NetworkMode;
  phase: ExecutionPhase;
  delivered: Delivered[];
  deliver(delivered: Delivered): Promise<Delivery | null>;
  folders: Map<string, Connector>;
  probe: ((point: string, id: string) => void) | undefined;
  execute(request: Partial<ConnectorRequest>, caller?: Partial<Caller>, key?: string | null): ReturnType<RequestService['execute']>;
  evidence(id: string): Promise<EvidenceView>;
  /** Actions and decisions of the trail about a row, oldest first. */
  trail(id: string): Promise<string[]>;
  rows(): Promise<{ id: string; state: string; connector_id: string | null; request: string | null }[]>;
  /** Builds the service anew on the same ledger, as a start does. */
  build(): void;
  close(): Promise<void>;
}

export const WRITES: SecurityPolicy = { connectors: { items: { allowed_operations: ['fetch', 'send', 'execute'] } } };

export const openBench = async (): Promise<Bench> => {
  const home = await openKeyedLedger({ master_key: randomBytes(32) });
  const bench = {
    home,
    policy: {} as SecurityPolicy,
    mode: 'on' as NetworkMode,
    phase: 'execution' as ExecutionPhase,
    delivered: [] as Delivered[],
    folders: new Map<string, Connector>(),
    probe: undefined,
    items: new Items(connectorContext()),
    async deliver(delivered: Delivered) {
      bench.delivered.push(delivered);
      return null;
    },
    build() {
      const { ledger, clock, newId } = home;
      bench.approvals = createApprovals({
        ledger,
        clock,
        newId,
        executors: { connector_request: (...given) => bench.service.executor(...given) },
        shown: { connector_request: (request) => bench.service.shown(request) },
      });
      const { service, communication } = createHostConnectors({
        config: {
          get policy() {
            return bench.policy;
          },
        } as Config,
        ledger,
        clock,
        newId,
        network_mode: () => bench.mode,
        phase: () => bench.phase,
        approvals: bench.approvals,
        egress_policy: () => ({
          allow_private: bench.policy.egress?.allow_private ?? [],
          allowed_domains: bench.policy.egress?.allowed_domains ?? [],
          blocked_domains: bench.policy.egress?.blocked_domains ?? [],
        }),
        rates: createRateWindow(),
        directories: [{ get: (id) => bench.folders.get(id) ?? null, list: () => [...bench.folders.values()] }],
        deliver: (delivered) => bench.deliver(delivered),
        on_error: () => undefined,
        probe: (point, id) => bench.probe?.(point, id),
      });
      bench.service = service;
      bench.communication = communication;
      communication.registerConnector('items', bench.items, { operations: OPERATIONS });
    },
    execute: (request: Partial<ConnectorRequest>, caller: Partial<Caller> = {}, key: string | null = null) =>
      bench.service.execute({ connector_type: 'items', operation: 'fetch', ...request }, { kind: 'api', actor: 'token:t', ...caller }, key),
    async evidence(id: string) {
      const row = await home.ledger.evidenceById(id);
      if (!row) throw new Error(`no evidence ${id}`);
      return evidenceView(home.ledger, row);
    },
    trail: async (id: string) => (await home.ledger.auditOf([id])).map(({ action, decision }) => `${action} ${decision}`),
    rows: () => home.database.reader.all('SELECT id, state, connector_id, request FROM evidence ORDER BY seq'),
    close: () => home.close(),
  } as Omit<Bench, 'service' | 'communication' | 'approvals'> as Bench;
  bench.build();
  return bench;
};
