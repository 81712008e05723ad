/**
 * Questions by which a platform checks that an address is ours. Pure. Slack's and Discord's are
 * answered only after the signature was verified; the hub's GET carries no signature, its
 * `hub.verify_token` is the proof and is checked here.
 */
import type { Webhook } from '../../schemas/manifest.ts';
import type { Answer } from './answer.ts';
import { equalText } from './verify/constant-time.ts';

export interface ChallengeRequest {
  method: string;
  query: Record<string, string>;
  /** The parsed body; called only when the challenge is asked in JSON. */
  json: () => unknown;
}

type Challenge = NonNullable<Webhook['challenge']>;

const MAX_CHALLENGE = 1024;

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const isChallenge = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= MAX_CHALLENGE;

/** Always text/plain: as HTML the echo would be a script of whoever asks. */
const echo = (body: string): Answer => ({ status: 200, content_type: 'text/plain', body });

/** https://docs.slack.dev/reference/events/url_verification */
const slack = ({ json }: ChallengeRequest): Answer | null => {
  const { type, challenge } = fieldsOf(json());
  return type === 'url_verification' && isChallenge(challenge) ? echo(challenge) : null;
};

/** Type 1 is the PING of interactions, type 0 that of webhook events. */
const discord = ({ json }: ChallengeRequest): Answer | null => {
  const { type } = fieldsOf(json());
  if (type === 1) return { status: 200, content_type: 'application/json', body: '{"type":1}' };
  return type === 0 ? { status: 204, content_type: 'application/json', body: '' } : null;
};

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests */
const hub = ({ method, query }: ChallengeRequest, verifyTokens: readonly string[]): Answer | null => {
  if (method !== 'GET') return null;
  const token = query['hub.verify_token'] ?? '';
  const challenge = query['hub.challenge'];
  const right = verifyTokens.some((expected) => expected !== '' && equalText(token, expected));
  if (right && query['hub.mode'] === 'subscribe' && isChallenge(challenge)) return echo(challenge);
  return { status: 403, content_type: 'text/plain', body: '' };
};

/** `null`: this request asks no such question and is an ordinary event. `verifyTokens` are the hub's. */
export const answerChallenge = (challenge: Challenge, request: ChallengeRequest, verifyTokens: readonly string[] = []): Answer | null => {
  if (challenge === 'hub_challenge') return hub(request, verifyTokens);
  return challenge === 'discord_ping' ? discord(request) : slack(request);
};
