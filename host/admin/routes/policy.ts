/** The security policy: the document in force, another in its place, and what either would do. */
import { ExplainAnswer, ExplainBody, PolicyDocument, ReplayAnswer, ReplayBody } from '../../../schemas/api/policy.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const policyRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'policy',
  description: 'What an operator allows.',
  routes: [
    route({
      method: 'GET',
      path: '/api/policy',
      role: 'viewer',
      operation: 'get_policy',
      summary: 'The document in force',
      answer: { status: 200, description: 'The policy.', schema: PolicyDocument },
      handle: () => deps.governance.policy.current(),
    }),
    route({
      method: 'PUT',
      path: '/api/policy',
      role: 'admin',
      operation: 'replace_policy',
      summary: 'Puts another document in its place and writes the file',
      body: PolicyDocument,
      answer: { status: 200, description: 'The policy in force now.', schema: PolicyDocument },
      refuses: ['READ_ONLY', 'STATE_CONFLICT'],
      handle: ({ body, caller }) => deps.governance.policy.replace(body, caller.actor),
    }),
    route({
      method: 'POST',
      path: '/api/policy/explain',
      role: 'viewer',
      operation: 'explain_policy',
      summary: 'What would happen to a message, and by which rule',
      body: ExplainBody,
      answer: { status: 200, description: 'Step by step.', schema: ExplainAnswer },
      refuses: ['CHANNEL_NOT_FOUND'],
      handle: ({ body }) => deps.governance.policy.explain(body),
    }),
    route({
      method: 'POST',
      path: '/api/policy/check',
      role: 'viewer',
      operation: 'check_policy',
      summary: 'Which of the last decisions a policy would change',
      body: ReplayBody,
      answer: { status: 200, description: 'Those that would change.', schema: ReplayAnswer },
      handle: ({ body: { policy, last } }) => deps.governance.policy.replay(policy, last),
    }),
  ],
});
