/** Every route of the administration API. A group is a file in `routes/`; a new one is a line here. */
import type { Access } from './access/access.ts';
import type { Governance } from './governance.ts';
import type { Metrics } from './metrics.ts';
import type { Operations } from './operations.ts';
import type { PeopleOperations } from './people-operations.ts';
import type { RequestOperations } from './request-operations.ts';
import type { RouteGroup } from './route.ts';
import { accessRoutes } from './routes/access.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { auditRoutes } from './routes/audit.ts';
import { configRoutes } from './routes/config.ts';
import { connectorRequestRoutes } from './routes/connector-requests.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { describeRoutes } from './routes/describe.ts';
import { healthRoutes } from './routes/health.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { messageRoutes } from './routes/messages.ts';
import { modeRoutes } from './routes/modes.ts';
import { channelRoutes, connectorRoutes } from './routes/plugins.ts';
import { policyRoutes } from './routes/policy.ts';
import { secretRoutes } from './routes/secrets.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { streamRoutes } from './routes/stream.ts';
import { userRoutes } from './routes/users.ts';
import type { Stream } from './stream/stream.ts';

export interface RouteDeps {
  operations: Operations;
  access: Access;
  governance: Governance;
  people: PeopleOperations;
  requests: RequestOperations;
  metrics: Metrics;
  stream: Stream;
  public_url: string | null;
  ready(): boolean;
  /** The OpenAPI document of all groups. */
  document(): unknown;
}

const GROUPS: readonly ((deps: RouteDeps) => RouteGroup)[] = [
  healthRoutes,
  configRoutes,
  channelRoutes,
  connectorRoutes,
  connectorRequestRoutes,
  mcpRoutes,
  messageRoutes,
  attachmentRoutes,
  sessionRoutes,
  deliveryRoutes,
  modeRoutes,
  approvalRoutes,
  policyRoutes,
  auditRoutes,
  userRoutes,
  secretRoutes,
  accessRoutes,
  streamRoutes,
  describeRoutes,
];

export const createRoutes = (deps: RouteDeps): RouteGroup[] => GROUPS.map((group) => group(deps));
