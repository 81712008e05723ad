/** The permitted operations as an agent's tools. A model gets no authority by them: each call is a request like any other. */
import type { AgentTools, ToolDescription, ToolResult } from '../agents/openai/tools.ts';
import type { Caller } from './caller.ts';
import type { Offered } from './offered.ts';
import type { ConnectorRequest, ConnectorResponse, RequestCode, RequestError } from './request.ts';
import { shownSource } from './shown-source.ts';

export interface AgentToolsDeps {
  /** As the policy stands now. */
  offered(): readonly Offered[];
  execute(request: ConnectorRequest, caller: Caller): Promise<ConnectorResponse>;
  /** The name of the backend. */
  agent: string;
}

/** More than any provider of models takes. */
const MOST_TOOLS = 128;
const LONGEST_DESCRIPTION = 1_000;

/** Said by the host alone, before any connector was asked. The words of every other failure may be a stranger's. */
const OURS: ReadonlySet<RequestCode> = new Set([
  'CONNECTOR_NOT_FOUND',
  'NETWORK_MODE_BLOCKED',
  'OUTBOUND_FORBIDDEN_IN_PLANNING',
  'NO_POLICY',
  'OPERATION_NOT_ALLOWED',
  'RATE_LIMITED',
  'APPROVAL_REQUIRED',
]);

const describe = ({ name, connector, operation, declared, needs_approval }: Offered): ToolDescription => {
  const { params } = declared as { params: Record<string, unknown> };
  const said = typeof params.description === 'string' ? params.description : `${operation} of ${connector.name}`;
  const description = said.slice(0, LONGEST_DESCRIPTION);
  return { name, description: needs_approval ? `${description} A person has to approve each call.` : description, parameters: params };
};

const refused = ({ code, message, hint }: RequestError, connector_id: string): ToolResult => ({
  kind: 'result',
  text: `${code}: ${message} (${hint})`,
  source: OURS.has(code) ? null : `connector:${connector_id}`,
});

const resultOf = ({ status, data, error, provenance }: ConnectorResponse, connector_id: string): ToolResult => {
  if (status === 'requires_approval' && error?.approval_id !== undefined) return { kind: 'requires_approval', code: error.approval_id };
  if (error !== null) return refused(error, connector_id);
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const source = shownSource(provenance?.source ?? '', connector_id);
  return { kind: 'result', text, source: provenance === null ? source : `${source} (${provenance.trust_tier})` };
};

export const createAgentTools = ({ offered, execute, agent }: AgentToolsDeps): AgentTools => ({
  list: () => offered().slice(0, MOST_TOOLS).map(describe),
  async call(name, args, { session_id, ...place }) {
    const found = offered().find((each) => each.name === name);
    if (found === undefined)
      return { kind: 'result', text: `OPERATION_NOT_ALLOWED: The tool ${name} is not offered any more.`, source: null };
    const { connector, operation } = found;
    const caller: Caller = { kind: 'agent', actor: `agent:${agent}`, session_id: session_id === '' ? null : session_id, ...place };
    return resultOf(await execute({ connector_type: connector.id, operation, params: args }, caller), connector.id);
  },
});
