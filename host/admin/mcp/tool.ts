/** A tool as clients of the Model Context Protocol see it, and what its call answers. */
import type { RequestError } from '../../connectors/request.ts';
import type { Caller, Role } from '../access/roles.ts';

export interface Tool {
  name: string;
  title: string;
  description: string;
  /** A JSON Schema of an object. */
  inputSchema: { type: 'object'; [keyword: string]: unknown };
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
}

export interface ToolResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent: Record<string, unknown>;
  isError: boolean;
}

export interface ToolCall {
  args: Record<string, unknown>;
  /** What a client says beside the arguments, under names of the protocol's form: `communicationos/approval_id`. */
  meta: Readonly<Record<string, unknown>>;
  caller: Caller;
}

/** A tool of the host itself. */
export interface HostTool extends Tool {
  /** The least role that may call it. */
  role: Role;
  /** Throws `AppError`. */
  call(call: ToolCall): Promise<Record<string, unknown>>;
}

export const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;
export const WRITES = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true } as const;

export const resultOf = (text: string, structuredContent: Record<string, unknown>, isError = false): ToolResult => ({
  content: [{ type: 'text', text }],
  structuredContent,
  isError,
});

export const refused = (error: Pick<RequestError, 'message' | 'hint'> & { code: string }): ToolResult =>
  resultOf(`${error.code}: ${error.message}\n${error.hint}`, { error }, true);
