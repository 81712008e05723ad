/**
 * `POST AGENT_URL` with `{message, session, channel}`, where `session.token` lets it ask connectors until it has answered; signed by Standard Webhooks headers (spec 1.0.0);
 * `webhook-id` is the inbound `id`, so that a repeated call can be recognised. Answers: `{replies: […]}`,
 * `{text}`, or 204 for nothing to say.
 */
import { createHmac } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Attachment, Button } from '../../schemas/message.ts';
import type { Egress, EgressResult } from '../egress/egress.ts';
import type { Clock } from '../lib/clock.ts';
import type { Agent, AgentOutcome, AgentRequest, Reply } from './agent.ts';
import { faultOf, refusedWith } from './faults.ts';
import type { RunTokens } from './run-tokens.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;

const Text = Type.Union([Type.String({ maxLength: 100_000 }), Type.Null()]);
const Attachments = Type.Array(Attachment, { maxItems: 20 });
const buttons = Type.Optional(Type.Array(Type.Array(Button, { maxItems: 8 }), { maxItems: 20 }));
const TextReply = Type.Object({ text: Text, attachments: Type.Optional(Attachments), buttons });
const FileReply = Type.Object({ attachments: Attachments, buttons });
/** `{replies}` or `{text}`. What is neither is refused: taken for "nothing to say", an agent's mistake would be silence. */
export const AgentAnswer = Type.Union([
  Type.Object({ replies: Type.Array(Type.Union([TextReply, FileReply]), { maxItems: 20 }) }),
  TextReply,
]);
type ReplyShape = Partial<Static<typeof TextReply>>;

export interface HttpAgentOptions {
  url: string;
  /** Standard Webhooks secret, with or without `whsec_`; another text is used as its bytes. */
  secret: string | null;
  timeout_ms: number;
}

export interface HttpAgentDeps {
  egress: Egress;
  clock: Clock;
  tokens?: RunTokens | undefined;
  /** The compiled `AgentAnswer`. */
  checkAnswer(value: unknown): { ok: true } | { ok: false; errors: readonly { pointer: string; message: string }[] };
}

/** The specification's keys: base64 of 24 to 64 bytes. */
const STANDARD_KEY = /^(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A bare key is what the libraries of the specification take it for; what cannot be one is used as its bytes. */
const signingKey = (secret: string): Buffer => {
  const bare = secret.replace(/^whsec_/, '');
  return bare !== secret || STANDARD_KEY.test(bare) ? Buffer.from(bare, 'base64') : Buffer.from(secret, 'utf8');
};

const headersOf = (id: string, body: string, key: Buffer | null, now: number): Record<string, string> => {
  const timestamp = String(Math.floor(now / 1000));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
  };
  if (key) headers['webhook-signature'] = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return headers;
};

const toReply = (reply: ReplyShape): Reply => ({
  text: reply.text ?? null,
  attachments: reply.attachments ?? [],
  buttons: reply.buttons ?? [],
});
const saysSomething = (reply: Reply): boolean => (reply.text ?? '').trim() !== '' || reply.attachments.length > 0;

const parseAnswer = (body: string, check: HttpAgentDeps['checkAnswer']): AgentOutcome => {
  if (body.trim() === '') return { ok: true, replies: [] };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { ok: false, code: 'AGENT_BAD_ANSWER', message: 'the agent answered with something that is not JSON', retryable: false };
  }
  const checked = check(value);
  if (!checked.ok) {
    const first = checked.errors[0];
    return {
      ok: false,
      code: 'AGENT_BAD_ANSWER',
      message: `the agent's answer has a wrong shape: ${first?.pointer ?? ''} ${first?.message ?? ''}`,
      retryable: false,
    };
  }
  const answer = value as { replies?: ReplyShape[] } & ReplyShape;
  const replies = Array.isArray(answer.replies) ? answer.replies : [answer];
  return { ok: true, replies: replies.map(toReply).filter(saysSomething) };
};

const outcomeOf = (result: EgressResult, check: HttpAgentDeps['checkAnswer'], now: number): AgentOutcome => {
  if (!result.ok) return faultOf(result);
  const { status } = result;
  if (status === 204) return { ok: true, replies: [] };
  return status >= 200 && status < 300 ? parseAnswer(result.body.toString('utf8'), check) : refusedWith(result, now);
};

export const createHttpAgent = (deps: HttpAgentDeps, options: HttpAgentOptions): Agent => {
  const key = options.secret === null ? null : signingKey(options.secret);
  const origin = new URL(options.url).origin;
  const issueFor = ({ message, session, channel }: AgentRequest) => {
    const { id: message_id, conversation_key, user_key } = message;
    if (session.id === '') return undefined;
    return deps.tokens?.issue({ session_id: session.id, channel_id: channel.id, conversation_key, user_key, message_id });
  };
  return {
    name: 'http',
    timeout_ms: options.timeout_ms,
    async call(request: AgentRequest, signal: AbortSignal) {
      const run = issueFor(request);
      const body = JSON.stringify(run ? { ...request, session: { ...request.session, token: run.token } } : request);
      const asking = deps.egress.request({
        url: options.url,
        method: 'POST',
        headers: headersOf(request.message.id, body, key, deps.clock.now()),
        body,
        timeout_ms: options.timeout_ms,
        max_response_bytes: MAX_ANSWER_BYTES,
        redirect_origins: [origin],
        signal,
      });
      const result = await asking.finally(() => run?.end());
      return outcomeOf(result, deps.checkAnswer, deps.clock.now());
    },
    close: () => deps.egress.close(),
  };
};
