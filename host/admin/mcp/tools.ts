/** The tools of one caller: what the role may call, page by page, and the calls themselves. */
import { AppError } from '../../errors.ts';
import { type Caller, covers, type Role } from '../access/roles.ts';
import type { RequestOperations } from '../request-operations.ts';
import { createConnectorTools } from './connector-tools.ts';
import { createHostTools, type HostToolOperations } from './host-tools.ts';
import { refused, resultOf, type Tool, type ToolCall, type ToolResult } from './tool.ts';

export interface ToolPage {
  tools: Tool[];
  nextCursor?: string;
}

export interface Tools {
  /** null: the cursor is none. */
  list(caller: Pick<Caller, 'role'>, cursor: string | undefined): ToolPage | null;
  /** null: there is no such tool. Rejects with what is a defect of ours. */
  call(name: string, call: ToolCall): Promise<ToolResult | null>;
}

export const PAGE = 50;
/** As `POST /api/connectors/:id/execute`. */
const CONNECTORS: Role = 'operator';

/** The name that a page ended with: what is added or goes meanwhile moves nothing. */
const readCursor = (cursor: string): string | null => {
  const name = Buffer.from(cursor, 'base64url').toString();
  return /^[a-z][a-z0-9_]*$/.test(name) ? name : null;
};

const forbidden = (needed: Role, { actor, role }: Caller): ToolResult =>
  refused({
    code: 'FORBIDDEN',
    message: `This needs the role ${needed}; ${actor} has ${role}.`,
    hint: `Use a token with the role ${needed}.`,
  });

export interface ToolsDeps {
  operations: HostToolOperations;
  requests: Pick<RequestOperations, 'execute' | 'offered'>;
}

export const createTools = ({ operations, requests }: ToolsDeps): Tools => {
  const hostTools = createHostTools(operations);
  const connectorTools = createConnectorTools(requests);

  const perform = async (name: string, call: ToolCall): Promise<ToolResult | null> => {
    const own = hostTools.find((tool) => tool.name === name);
    const needed = own?.role ?? (connectorTools.covers(name) ? CONNECTORS : null);
    if (needed === null) return null;
    if (!covers(call.caller.role, needed)) return forbidden(needed, call.caller);
    if (own === undefined) return connectorTools.call(name, call);
    const answer = await own.call(call);
    return resultOf(JSON.stringify(answer, null, 2), answer);
  };

  return {
    list({ role }, cursor) {
      const after = cursor === undefined ? '' : readCursor(cursor);
      if (after === null) return null;
      const own = hostTools
        .filter((tool) => covers(role, tool.role))
        .map(({ name, title, description, inputSchema, annotations }) => ({ name, title, description, inputSchema, annotations }));
      const all = [...own, ...(covers(role, CONNECTORS) ? connectorTools.list() : [])].filter(({ name }) => name > after);
      const tools = all.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, PAGE);
      const last = tools.at(-1)?.name;
      return last === undefined || tools.length === all.length ? { tools } : { tools, nextCursor: Buffer.from(last).toString('base64url') };
    },
    async call(name, call) {
      try {
        return await perform(name, call);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const { code, message, hint } = error;
        return refused({ code, message, hint });
      }
    },
  };
};
