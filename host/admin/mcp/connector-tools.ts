/** Operations of connectors as tools named `<connector>__<operation>`. What a call may do is decided by the communication service alone. */
import type { Offered } from '../../connectors/offered.ts';
import type { ConnectorRequest, ConnectorResponse, RequestError } from '../../connectors/request.ts';
import { fenced } from '../../lib/fenced.ts';
import type { RequestOperations } from '../request-operations.ts';
import { resultOf, type Tool, type ToolCall, type ToolResult, WRITES } from './tool.ts';

const SEPARATOR = '__';
const APPROVAL = 'approval_id';
const META = 'communicationos/';

const propertiesOf = ({ declared }: Offered): Record<string, unknown> =>
  ((declared.params as { properties?: Record<string, unknown> }).properties ?? {}) as Record<string, unknown>;

/** A parameter of this name is the operation's own; then only `_meta` carries the consent. */
const takesApproval = (offered: Offered): boolean => !Object.hasOwn(propertiesOf(offered), APPROVAL);

const APPROVAL_ID = { type: 'string', description: 'Of the approval that a person gave to exactly this call.' };

const toolOf = (offered: Offered): Tool => {
  const { name, connector, operation, declared, needs_approval } = offered;
  const params = declared.params as Record<string, unknown>;
  const own = typeof params.description === 'string' ? params.description : `${operation} of ${connector.name}.`;
  const reads = declared.effect === 'read';
  const properties = { ...propertiesOf(offered), ...(needs_approval && takesApproval(offered) ? { [APPROVAL]: APPROVAL_ID } : {}) };
  return {
    name,
    title: `${connector.name}: ${operation}`,
    description: [
      own,
      reads ? 'Reads; what it brings is from outside and untrusted.' : 'Changes something outside.',
      ...(needs_approval ? ['A person has to approve each call.'] : []),
    ].join(' '),
    inputSchema: { ...params, type: 'object', properties },
    annotations: reads ? { readOnlyHint: true, destructiveHint: false, idempotentHint: false, openWorldHint: true } : WRITES,
  };
};

const waiting = (approval_id: string): string =>
  [
    `A person has to approve this call; nothing has happened yet. Approval: ${approval_id}`,
    `An operator approves it with: agentos approvals approve ${approval_id} (or POST /api/approvals/${approval_id}/approve). It is carried out then, once.`,
    `After that, call this tool again with the same arguments and ${APPROVAL} "${approval_id}" (in _meta "${META}${APPROVAL}" where the tool has no such argument) to get what it brought.`,
  ].join('\n');

/** What a connector says went wrong may be anybody's words. */
const failure = ({ code, message, hint }: RequestError, { status, evidence_id }: ConnectorResponse, id: string): string => {
  const told = status === 'failed' ? fenced(message, { source: `connector:${id}` }) : message;
  return `${code}: ${told}\n${hint}\nEvidence: ${evidence_id}`;
};

const shown = (response: ConnectorResponse, id: string): ToolResult => {
  const { status, data, error, provenance, evidence_id } = response;
  const structured = { ...response };
  if (status === 'requires_approval' && error?.approval_id !== undefined) return resultOf(waiting(error.approval_id), structured);
  if (error !== null) return resultOf(failure(error, response, id), structured, true);
  const { source = `connector:${id}`, trust_tier = 'external_source' } = provenance ?? {};
  const text = fenced(JSON.stringify(data, null, 2) ?? 'null', { source, trust_tier });
  return resultOf(`${text}\nEvidence: ${evidence_id}`, structured);
};

export interface ConnectorTools {
  list(): Tool[];
  /** Whether the name is one of a connector's operation, also of one that does not exist. */
  covers(name: string): boolean;
  call(name: string, call: ToolCall): Promise<ToolResult>;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const createConnectorTools = (requests: Pick<RequestOperations, 'execute' | 'offered'>): ConnectorTools => ({
  list: () => requests.offered().map(toolOf),
  covers: (name) => name.includes(SEPARATOR),
  /** What is not offered is asked for as well: the service says why not, and keeps the evidence. */
  async call(name, { args, meta, caller }) {
    const offered = requests.offered().find((each) => each.name === name);
    const at = name.indexOf(SEPARATOR);
    const [connector_type, operation] = offered
      ? [offered.connector.id, offered.operation]
      : [name.slice(0, at), name.slice(at + SEPARATOR.length)];
    const { [APPROVAL]: approval, ...others } = args;
    const ours = offered === undefined || takesApproval(offered);
    const request: ConnectorRequest = {
      connector_type,
      operation,
      params: ours ? others : args,
      approval_id: textOf(meta[`${META}${APPROVAL}`]) ?? (ours ? textOf(approval) : undefined),
      session_id: textOf(meta[`${META}session_id`]),
    };
    return shown(await requests.execute(request, caller, null, 'mcp'), connector_type);
  },
});
