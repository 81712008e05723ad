/** What a schema cannot say about the files: values that contradict each other, addresses that are none. */
import type { ChannelEntry, ChannelsConfig } from '../../schemas/channels-config.ts';
import type { Explained } from '../../schemas/explain.ts';
import type { SecurityPolicy } from '../../schemas/security-policy.ts';

const DAY_SECONDS = 86_400;

export const checkPolicy = (policy: SecurityPolicy): Explained[] => {
  const problems: Explained[] = [];
  const { default: mode, allowed_modes } = policy.network_mode ?? {};
  if (allowed_modes !== undefined && !allowed_modes.includes(mode ?? 'on')) {
    problems.push({
      pointer: mode === undefined ? '/network_mode/allowed_modes' : '/network_mode/default',
      message: `The default network mode ${mode ?? 'on'} is not among allowed_modes.`,
      hint: `Set "default" to one of ${allowed_modes.join(', ')}.`,
    });
  }
  const { events_days } = policy.retention ?? {};
  const { dedupe_window_seconds } = policy.rate_limits ?? {};
  if (events_days !== undefined && dedupe_window_seconds !== undefined && events_days * DAY_SECONDS < dedupe_window_seconds) {
    problems.push({
      pointer: '/retention/events_days',
      message: 'Events would be forgotten before dedupe_window_seconds is over.',
      hint: `Keep them for at least ${Math.ceil(dedupe_window_seconds / DAY_SECONDS)} days.`,
    });
  }
  for (const [index, target] of (policy.egress?.allow_private ?? []).entries()) {
    const port = Number(target.slice(target.lastIndexOf(':') + 1));
    if (port >= 1 && port <= 65_535) continue;
    problems.push({
      pointer: `/egress/allow_private/${index}`,
      message: 'The port is not between 1 and 65535.',
      hint: 'Example: "127.0.0.1:9999".',
    });
  }
  return problems;
};

/** Exactly an origin: a path would look as if it were a limit, and it is none. */
const isOrigin = (text: string, protocols: readonly string[]): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return protocols.includes(url.protocol) && text.toLowerCase() === `${url.protocol}//${url.host}`;
};

const checkOrigins = (id: string, kind: 'network' | 'websocket', entry: ChannelEntry): Explained[] => {
  const [protocols, example] =
    kind === 'network' ? [['https:', 'http:'], 'https://api.example.com'] : [['wss:', 'ws:'], 'wss://gateway.example.com'];
  return (entry.grants?.[kind] ?? []).flatMap((text, index) =>
    isOrigin(text, protocols as string[])
      ? []
      : [
          {
            pointer: `/${id}/grants/${kind}/${index}`,
            message: `${JSON.stringify(text.slice(0, 200))} is no origin.`,
            hint: `Write it as "${example}".`,
          },
        ],
  );
};

/** Of channels or of connectors. */
export const checkEntries = ({ $schema: _, ...entries }: ChannelsConfig & { $schema?: unknown }): Explained[] =>
  Object.entries(entries).flatMap(([id, entry]) => [...checkOrigins(id, 'network', entry), ...checkOrigins(id, 'websocket', entry)]);
