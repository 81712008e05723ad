/** The agent that the configuration names. */
import { compile } from '../../schemas/compile.ts';
import type { Config } from '../config.ts';
import { createEgress } from '../egress/create-egress.ts';
import { AppError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Agent } from './agent.ts';
import { createEchoAgent } from './echo.ts';
import { AgentAnswer, createHttpAgent } from './http.ts';
import { createOpenAiAgent, type OpenAiDeps } from './openai/openai.ts';
import type { RunTokens } from './run-tokens.ts';

/** `AGENT_URL` may be private: exactly that host and port. */
const privateTarget = (url: string): string => {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
};

export interface AgentParts extends Omit<OpenAiDeps, 'egress' | 'clock'> {
  /** Why no call may leave now; null when it may. */
  shut(): string | null;
  /** For an agent of somebody's own. */
  run_tokens?: RunTokens | undefined;
}

export const createAgent = (config: Config, clock: Clock, { shut, run_tokens, ...parts }: AgentParts): Agent => {
  const { backend, url, secret, api_key, model, system_prompt, timeout_seconds } = config.agent;
  if (backend === 'echo') return createEchoAgent();
  if (url === null) throw new AppError('CONFIG_INVALID', `AGENT_BACKEND ${backend} needs AGENT_URL.`, 'Set it, or use echo.');
  const egress = createEgress({ shut, policy: () => ({ allow_private: [privateTarget(url)], allowed_domains: [], blocked_domains: [] }) });
  const timeout_ms = timeout_seconds * 1000;
  if (backend === 'http')
    return createHttpAgent({ egress, clock, tokens: run_tokens, checkAnswer: compile(AgentAnswer) }, { url, secret, timeout_ms });
  if (model === null) throw new AppError('CONFIG_INVALID', 'AGENT_BACKEND openai needs AGENT_MODEL.', 'Name the model.');
  return createOpenAiAgent({ egress, clock, ...parts }, { url, api_key, model, system_prompt, timeout_ms });
};
