/** Tools for agents that speak the Model Context Protocol, over its streamable HTTP transport. */
import { McpAnswer, McpMessage } from '../../../schemas/api/mcp.ts';
import { createTools } from '../mcp/tools.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const mcpRoutes = (deps: RouteDeps): RouteGroup => {
  let tools: ReturnType<typeof createTools> | null = null;
  return {
    name: 'mcp',
    description: 'Connectors, channels and sessions as tools of the Model Context Protocol.',
    routes: [
      route({
        method: 'POST',
        path: '/mcp',
        role: 'viewer',
        own_pages_only: true,
        only_method: true,
        operation: 'mcp',
        summary: 'One message of the Model Context Protocol; which tools there are depends on the role',
        body: McpMessage,
        answer: { status: 200, description: 'The answer to a request. A call that was refused says so in its result.', schema: McpAnswer },
        or: { status: 202, description: 'What asks for no answer was taken.' },
        told: {
          400: 'An MCP-Protocol-Version that is not spoken here, or no message of the protocol.',
          406: 'Accept does not name both application/json and text/event-stream.',
        },
        async handle({ body, caller, request, reply }) {
          tools ??= createTools(deps);
          const { answerMcp } = await import('../mcp/answer.ts');
          const answer = await answerMcp(tools, { message: body, headers: request.headers, caller });
          reply.status(answer.status).header('cache-control', 'no-store');
          const type = answer.headers.get('content-type');
          if (type === null) return reply.send();
          return reply.type(type).send(await answer.text());
        },
      }),
    ],
  };
};
