/** Health, status and metrics. */
import { HealthAnswer, LiveAnswer, StatusAnswer } from '../../../schemas/api/status.ts';
import { type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

export const healthRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'health',
  description: 'Whether it lives, what runs, and how much of it.',
  routes: [
    route({
      method: 'GET',
      path: '/health',
      role: 'anyone',
      operation: 'get_health',
      summary: 'Whether the host is healthy; 503 when its database cannot be written',
      answer: { status: 200, description: 'Healthy, or degraded.', schema: HealthAnswer },
      not_well: 'The database cannot be written.',
      async handle({ reply }) {
        const health = await deps.operations.health();
        if (health.status === 'unhealthy') reply.status(503);
        return health;
      },
    }),
    route({
      method: 'GET',
      path: '/health/live',
      role: 'anyone',
      operation: 'get_liveness',
      summary: 'Whether the process answers',
      answer: { status: 200, description: 'It lives.', schema: LiveAnswer },
      handle: () => ({ status: 'live' }),
    }),
    route({
      method: 'GET',
      path: '/health/ready',
      role: 'anyone',
      operation: 'get_readiness',
      summary: 'Whether it takes requests; 503 before the first scan and while it stops',
      answer: { status: 200, description: 'It is ready.', schema: LiveAnswer },
      not_well: 'It starts, or stops.',
      handle({ reply }) {
        if (deps.ready()) return { status: 'ready' };
        reply.status(503);
        return { status: 'not ready' };
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      role: 'viewer',
      open_on_loopback: true,
      operation: 'get_metrics',
      summary: 'Prometheus metrics; on this machine without a token',
      answer: { status: 200, description: 'Text of Prometheus.', content_type: 'text/plain' },
      async handle({ reply }) {
        reply.type(deps.metrics.content_type);
        return deps.metrics.text();
      },
    }),
    route({
      method: 'GET',
      path: '/api/status',
      role: 'viewer',
      operation: 'get_status',
      summary: 'What runs, what waits, versions, the bus steps with counts',
      answer: { status: 200, description: 'The status.', schema: StatusAnswer },
      handle: () => deps.operations.status(),
    }),
  ],
});
