/** What goes over `POST /mcp`: one JSON-RPC message each way. What stands in it is the protocol's business. */
import Type from 'typebox';
import { closed, orNull } from './common.ts';

const Version = Type.Literal('2.0');
const MessageId = Type.Union([Type.String({ maxLength: 255 }), Type.Integer()]);
const Members = Type.Object({}, { additionalProperties: true });
const RpcError = Type.Object({ code: Type.Integer(), message: Type.String(), data: Type.Optional(Type.Unknown()) });

export const McpMessage = Type.Object(
  {
    jsonrpc: Version,
    id: Type.Optional(MessageId),
    method: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'initialize, ping, tools/list, tools/call, …' })),
    params: Type.Optional(Members),
    result: Type.Optional(Members),
    error: Type.Optional(RpcError),
  },
  { ...closed, title: 'McpMessage' },
);

export const McpAnswer = Type.Object(
  { jsonrpc: Version, id: orNull(MessageId), result: Type.Optional(Members), error: Type.Optional(RpcError) },
  { title: 'McpAnswer' },
);
