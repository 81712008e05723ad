/** Network mode and execution phase: an admin changes them at once, an operator's change waits for an admin. */
import {
  ModeAnswer,
  ModeBody,
  ModeChangeAnswer,
  PhaseAnswer,
  PhaseBody,
  PhaseChangeAnswer,
  WaitingAnswer,
} from '../../../schemas/api/modes.ts';
import { type Answer, type Route, type RouteGroup, route } from '../route.ts';
import type { RouteDeps } from '../routes.ts';

const waiting: Answer = { status: 202, description: 'It waits for an admin.', schema: WaitingAnswer };

const networkMode = (deps: RouteDeps): Route[] => [
  route({
    method: 'GET',
    path: '/api/network-mode',
    role: 'viewer',
    operation: 'get_network_mode',
    summary: 'What may leave this host: on, readonly, off; since when, by whom',
    answer: { status: 200, description: 'The mode that holds.', schema: ModeAnswer },
    handle: () => deps.governance.modes.networkMode(),
  }),
  route({
    method: 'POST',
    path: '/api/network-mode',
    role: 'operator',
    operation: 'set_network_mode',
    summary: "Changes it: an admin at once; an operator's change waits for an admin, or is 403",
    body: ModeBody,
    answer: { status: 200, description: 'It holds.', schema: ModeChangeAnswer },
    or: waiting,
    async handle({ body: { mode, reason = null }, caller, reply }) {
      const outcome = await deps.governance.modes.setNetworkMode(mode, reason, caller);
      if ('approval_id' in outcome) reply.status(waiting.status);
      return outcome;
    },
  }),
];

const phase = (deps: RouteDeps): Route[] => [
  route({
    method: 'GET',
    path: '/api/phase',
    role: 'viewer',
    operation: 'get_phase',
    summary: 'planning or execution; since when, by whom',
    answer: { status: 200, description: 'The phase that holds.', schema: PhaseAnswer },
    handle: () => deps.governance.modes.phase(),
  }),
  route({
    method: 'POST',
    path: '/api/phase',
    role: 'operator',
    operation: 'set_phase',
    summary: "Changes it: an admin at once; an operator's change waits for an admin, or is 403",
    body: PhaseBody,
    answer: { status: 200, description: 'It holds.', schema: PhaseChangeAnswer },
    or: waiting,
    async handle({ body, caller, reply }) {
      const outcome = await deps.governance.modes.setPhase(body.phase, body.reason ?? null, caller);
      if ('approval_id' in outcome) reply.status(waiting.status);
      return outcome;
    },
  }),
];

export const modeRoutes = (deps: RouteDeps): RouteGroup => ({
  name: 'modes',
  description: 'What may leave this host, and what its phase allows.',
  routes: [...networkMode(deps), ...phase(deps)],
});
