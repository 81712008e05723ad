/** The tools of the host itself: what the API's routes of the same names do, for whoever may use those. */
import type { TSchema } from 'typebox';
import Type from 'typebox';
import { closed } from '../../../schemas/api/common.ts';
import { PostMessageBody, SessionsQuery } from '../../../schemas/api/messages.ts';
import { compile } from '../../../schemas/compile.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../operations.ts';
import { type HostTool, READS, type Tool, type ToolCall, WRITES } from './tool.ts';

type Definition<Args> = Pick<HostTool, 'name' | 'title' | 'description' | 'annotations' | 'role'> & {
  args: TSchema;
  act(args: Args, call: ToolCall): unknown;
};

const tool = <Args>({ args, act, ...rest }: Definition<Args>): HostTool => {
  const check = compile(args);
  return {
    ...rest,
    inputSchema: args as unknown as Tool['inputSchema'],
    async call(call) {
      const checked = check(call.args);
      if (checked.ok) return (await act(call.args as Args, call)) as Record<string, unknown>;
      const [first] = checked.errors;
      throw new AppError(
        'INVALID_PARAMS',
        `The arguments${first?.pointer ? ` at ${first.pointer}` : ''} ${first?.message ?? 'do not fit'}.`,
        'The inputSchema of the tool says what it takes.',
      );
    },
  };
};

interface SessionArgs {
  cursor?: string;
  limit?: number;
  channel_id?: string;
  state?: 'open' | 'closed';
}

/** What the host's own tools ask of it. */
export type HostToolOperations = Pick<Operations, 'postMessage' | 'sessions'> & { channels: Pick<Operations['channels'], 'list'> };

/** By their names. */
export const createHostTools = (operations: HostToolOperations): readonly HostTool[] => [
  tool({
    name: 'list_channels',
    title: 'Channels',
    description: 'The channels of this host: their ids, and whether they run.',
    role: 'viewer',
    annotations: READS,
    args: Type.Object({}, closed),
    act: () => ({
      items: operations.channels
        .list()
        .map(({ id, name, state, enabled, reason, fix }) => ({ id, name, state, enabled, reason: reason ?? null, fix: fix ?? null })),
      next_cursor: null,
    }),
  }),
  tool<SessionArgs>({
    name: 'list_sessions',
    title: 'Sessions',
    description: 'The conversations of this host, newest first: channel, user, conversation. next_cursor, given as cursor, goes on.',
    role: 'viewer',
    annotations: READS,
    args: SessionsQuery,
    act: ({ cursor, limit = 50, ...filter }) =>
      operations.sessions.list({ ...filter, before: cursor === undefined ? undefined : Number(cursor), limit }),
  }),
  tool<PostMessageBody>({
    name: 'send_message',
    title: 'Send a message',
    description:
      'Sends a message to a person: to a conversation of a channel, or with in_reply_to as a later reply to an inbound message. It is recorded and goes out in its turn.',
    role: 'operator',
    annotations: WRITES,
    args: PostMessageBody,
    act: (args, { caller }) => operations.postMessage(args, { actor: caller.actor, idempotency_key: null }),
  }),
];
