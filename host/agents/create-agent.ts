/** The agent that the configuration names. */
import { compile } from '../../schemas/compile.ts';
import type { Config } from '../config.ts';
import { createEgress } from '../egress/create-egress.ts';
import { AppError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Agent } from './agent.ts';
import { createEchoAgent } from './echo.ts';
import { AgentAnswer, createHttpAgent } from './http.ts';

/** `AGENT_URL` may be private: exactly that host and port. */
const privateTarget = (url: string): string => {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
};

/** `shut`: why no call may leave now; null when it may. */
export const createAgent = (config: Config, clock: Clock, shut: () => string | null = () => null): Agent => {
  const { backend, url, secret, timeout_seconds } = config.agent;
  if (backend === 'echo') return createEchoAgent();
  if (backend !== 'http' || url === null) {
    throw new AppError('CONFIG_INVALID', `AGENT_BACKEND ${backend} cannot be used.`, 'Use echo, or http with AGENT_URL.');
  }
  const egress = createEgress({ shut, policy: () => ({ allow_private: [privateTarget(url)], allowed_domains: [], blocked_domains: [] }) });
  return createHttpAgent({ egress, clock, checkAnswer: compile(AgentAnswer) }, { url, secret, timeout_ms: timeout_seconds * 1000 });
};
