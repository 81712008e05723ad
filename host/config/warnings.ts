/** What works, but hardly as it was meant. */
import { nearest } from '../../schemas/nearest.ts';
import type { Config } from '../config.ts';
import { BUILTIN_VARIABLES, isChannelVariable } from './channel-variables.ts';
import { VARIABLES } from './variables.ts';

const SHORT_TOKEN = 20;
const LOOPBACK = /^https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|\/|$)/;

/** `.env` belongs to this host, so a name in it that nearly is one of ours is most likely a typing error. */
const misspelt = (names: Iterable<string>): string[] => {
  const known = [...Object.keys(VARIABLES), ...Object.keys(BUILTIN_VARIABLES)];
  return [...names].flatMap((name) => {
    const plain = name.replace(/_FILE$/, '');
    if (known.includes(name) || known.includes(plain) || isChannelVariable(name)) return [];
    const meant = nearest(name, known);
    return meant === null ? [] : [`.env: ${name} is no variable of this host. Did you mean ${meant}?`];
  });
};

export const warningsOf = (config: Config, envFile: ReadonlyMap<string, string>): string[] => {
  const { agent, admin_token, public_url } = config;
  const warnings = misspelt(envFile.keys());
  if (agent.backend === 'echo' && agent.url !== null)
    warnings.push('AGENT_URL is set, but AGENT_BACKEND is echo. To call the agent: AGENT_BACKEND=http');
  if (agent.backend === 'http' && agent.secret === null)
    warnings.push('AGENT_SECRET is not set: the agent cannot tell our calls from those of others.');
  if (admin_token !== null && admin_token.length < SHORT_TOKEN) {
    warnings.push(`AGENTOS_ADMIN_TOKEN has fewer than ${SHORT_TOKEN} characters and may be guessed. Make one with: openssl rand -hex 32`);
  }
  if (public_url?.startsWith('http:') && !LOOPBACK.test(public_url))
    warnings.push('PUBLIC_URL is not https: most platforms deliver to https only.');
  return warnings;
};
