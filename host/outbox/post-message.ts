/**
 * A message that an operator or an agent sends of its own accord: to a conversation, into a session, or as a
 * later reply to an inbound message; session and message fix where it goes. Sent again under its key it is answered as before.
 */
import { createHash } from 'node:crypto';
import type { Attachment, Button, OutboundMessage } from '../../schemas/message.ts';
import type { StoredMessage } from '../db/tables/messages.ts';
import type { MessageRow, PersonRow } from '../db/unit.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { Feed } from '../lib/feed.ts';
import type { NewId } from '../lib/ids.ts';
import { createSerial } from '../lib/serial.ts';
import type { Plan } from './channel-outbox.ts';
import { type Part, partsOf } from './parts.ts';
import type { TextLimit } from './split.ts';

export interface NewPost {
  in_reply_to?: string | undefined;
  session_id?: string | undefined;
  channel_id?: string | undefined;
  conversation_key?: string | undefined;
  thread_key?: string | null | undefined;
  user_key?: string | null | undefined;
  text?: string | null | undefined;
  attachments?: Attachment[] | undefined;
  buttons?: Button[][] | undefined;
}

export interface PostDeps {
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  feed: Feed;
  person(channel_id: string, user_key: string | null): Promise<{ person_id: string; added: PersonRow | null } | null>;
  /** null: there is no such channel. `plan` is null while it has no rooms yet: then `state` holds the message. */
  channel(id: string): { text_limit: TextLimit | undefined; state: string; plan: ((conversation_key: string) => Plan) | null } | null;
}

export interface PostBy {
  actor: string;
  /** The caller's name for this request. */
  idempotency_key: string | null;
}

type Target = Pick<MessageRow, 'channel_id' | 'conversation_key' | 'thread_key' | 'user_key' | 'session_id' | 'in_reply_to'> & {
  /** What the first part answers on the platform. */
  reply_to_message_id: string | null;
};

const FINAL: ReadonlySet<string> = new Set(['answered', 'ignored', 'rejected', 'failed']);
/** An agent that answers 204 may write before that is recorded. */
const WAIT_FOR_ANSWER_MS = 5_000;

const keyOf = ({ actor, idempotency_key }: PostBy): string | null =>
  idempotency_key === null ? null : createHash('sha256').update(`${actor}\n${idempotency_key}`).digest('base64url');

/** Everything that the caller stated, and nothing that the host added. */
const stated = ({ channel_id, conversation_key, thread_key, type, text, attachments, buttons }: OutboundMessage): string =>
  JSON.stringify([channel_id, conversation_key, thread_key, type, text, attachments, buttons]);

const invalid = (message: string, hint: string): AppError => new AppError('INVALID_PARAMS', message, hint);

const PLACE = ['channel_id', 'conversation_key', 'thread_key', 'user_key'] as const;

/** What the message or session fixes may be said again, not changed. */
const refuseOthers = <Name extends keyof NewPost>(
  post: NewPost,
  fixed: Readonly<Record<Name, unknown>>,
  names: readonly Name[],
  by: string,
): void => {
  const other = names.find((name) => post[name] !== undefined && post[name] !== fixed[name]);
  if (other !== undefined) throw invalid(`${other} is not that of ${by}.`, 'Leave it out: it is fixed.');
};

export const createPosts = (deps: PostDeps) => {
  const { ledger, clock, feed } = deps;
  const alone = createSerial();

  /** Resolves when the message has ended, or after some time all the same. */
  const ended = (id: string): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        stop();
        cancel();
        resolve();
      };
      const stop = feed.subscribe((entry) => {
        if (entry.kind === 'message' && entry.id === id && FINAL.has(entry.state)) done();
      });
      const cancel = clock.after(WAIT_FOR_ANSWER_MS, done);
      void ledger.messageById(id).then((row) => row && FINAL.has(row.state) && done(), done);
    });

  /** The parts of an answer are numbered when it is made: a later reply must come after all of them. */
  const answered = async (id: string): Promise<StoredMessage> => {
    let row = await ledger.messageById(id);
    if (row?.direction !== 'inbound')
      throw new AppError('MESSAGE_NOT_FOUND', `There is no inbound message ${id}.`, 'GET /api/messages lists them.');
    if (FINAL.has(row.state)) return row;
    await ended(id);
    row = (await ledger.messageById(id)) ?? row;
    if (FINAL.has(row.state)) return row;
    throw new AppError(
      'STATE_CONFLICT',
      `Message ${id} is still ${row.state}.`,
      'Answer it, or wait until it is answered; then more may follow.',
    );
  };

  const replyTo = async (post: NewPost, id: string): Promise<Target> => {
    const row = await answered(id);
    refuseOthers(post, row, ['session_id', ...PLACE], `message ${id}`);
    const { channel_id, conversation_key, thread_key, user_key, session_id } = row;
    const reply_to_message_id = row.conversation_type === 'group' ? row.message_id : null;
    return { channel_id, conversation_key, thread_key, user_key, session_id, in_reply_to: row.id, reply_to_message_id };
  };

  const intoSession = async (post: NewPost, id: string): Promise<Target> => {
    const session = await ledger.sessionById(id);
    if (!session) throw new AppError('SESSION_NOT_FOUND', `There is no session ${id}.`, 'GET /api/sessions lists them.');
    refuseOthers(post, session, PLACE, `session ${id}`);
    if (session.state === 'closed')
      throw new AppError('STATE_CONFLICT', `Session ${id} is closed.`, 'Write to the session that its user has now.');
    const { channel_id, conversation_key, thread_key, user_key } = session;
    return { channel_id, conversation_key, thread_key, user_key, session_id: id, in_reply_to: null, reply_to_message_id: null };
  };

  const targetOf = (post: NewPost): Promise<Target> | Target => {
    if (post.in_reply_to !== undefined) return replyTo(post, post.in_reply_to);
    if (post.session_id !== undefined) return intoSession(post, post.session_id);
    const { channel_id, conversation_key, thread_key = null, user_key = null } = post;
    if (channel_id === undefined || conversation_key === undefined)
      throw invalid('It is not said where the message goes.', 'Name channel_id and conversation_key, session_id, or in_reply_to.');
    return { channel_id, conversation_key, thread_key, user_key, session_id: null, in_reply_to: null, reply_to_message_id: null };
  };

  const messagesOf = (target: Target, parts: readonly Part[], first: number): OutboundMessage[] =>
    parts.map((part, index) => ({
      ...part,
      id: deps.newId(),
      channel_id: target.channel_id,
      conversation_key: target.conversation_key,
      thread_key: target.thread_key,
      user_key: target.user_key,
      reply_to_message_id: index === 0 ? target.reply_to_message_id : null,
      part: first + index,
      metadata: {},
    }));

  /** The rows are planned and handed to the commit in one turn: the outbox reserves their places. */
  const write = async (target: Target, messages: readonly OutboundMessage[], key: string | null, actor: string): Promise<void> => {
    const person = await deps.person(target.channel_id, target.user_key);
    const channel = deps.channel(target.channel_id);
    const now = clock.now();
    const planned = messages.map((message, index) => {
      const plan = channel?.plan?.(target.conversation_key) ?? null;
      const row = ledger.outboundRow(message, {
        state: plan?.state ?? 'held',
        held_by: plan ? plan.held_by : (channel?.state ?? 'removed'),
        person_id: person?.person_id ?? null,
        session_id: target.session_id,
        in_reply_to: target.in_reply_to,
        idempotency_key: key === null ? null : `${key}#${index + 1}`,
        received_at: now,
      });
      return { message, row, plan };
    });
    const [{ row: first }] = planned as [(typeof planned)[number]];
    const detail = { channel_id: target.channel_id, parts: planned.length, in_reply_to: target.in_reply_to };
    const audit = [
      {
        at: now,
        actor,
        action: 'message.posted',
        person_id: person?.person_id ?? null,
        subject: first.id,
        decision: first.state,
        detail,
        requires_message: first.id,
      },
    ];
    const result = await ledger
      .commit({ persons: person?.added ? [person.added] : [], messages: planned.map(({ row }) => row), audit })
      .catch((error) => {
        for (const { plan, row, message } of planned) plan?.launch(row, message, null);
        throw error;
      });
    for (const { plan, row, message } of planned) plan?.launch(row, message, result);
    for (const { row } of planned) {
      const { id, channel_id, conversation_key, state } = row;
      if (result.messages.has(id)) feed.publish({ kind: 'message', channel_id, id, direction: 'outbound', conversation_key, state });
    }
    if (!result.messages.has(first.id)) throw new AppError('STATE_CONFLICT', 'Another message has taken this place.', 'Send it again.');
  };

  const repeated = (before: readonly StoredMessage[], messages: readonly OutboundMessage[], post: NewPost): StoredMessage[] => {
    const same =
      before.length === messages.length &&
      before.every((row, index) => {
        const wanted = messages[index] as OutboundMessage;
        return row.content === null || stated(ledger.outboundMessage(row)) === stated(wanted);
      });
    if (same && before.every((row) => row.in_reply_to === (post.in_reply_to ?? null))) return [...before];
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'This Idempotency-Key was sent with another message.',
      'Choose a new key for each message.',
    );
  };

  const post = async (wanted: NewPost, key: string | null, actor: string): Promise<StoredMessage[]> => {
    const target = await targetOf(wanted);
    const channel = deps.channel(target.channel_id);
    if (!channel) throw new AppError('CHANNEL_NOT_FOUND', `There is no channel ${target.channel_id}.`, 'GET /api/channels lists them.');
    const { text = null, attachments = [], buttons = [] } = wanted;
    const parts = partsOf({ text, attachments, buttons }, channel.text_limit);
    if (parts.length === 0) throw invalid('The message is empty.', 'Give it a text or an attachment.');
    const before = key === null ? [] : await ledger.messagesByKey(key);
    if (before.length > 0) return repeated(before, messagesOf(target, parts, 1), wanted);
    const earlier = target.in_reply_to === null ? [] : await ledger.answersTo(target.in_reply_to);
    const messages = messagesOf(target, parts, (earlier.at(-1)?.part ?? 0) + 1);
    await write(target, messages, key, actor);
    const rows = await Promise.all(messages.map(({ id }) => ledger.messageById(id)));
    return rows.filter((row) => row !== undefined);
  };

  /** Resolves with the rows of its parts once they are durable. Replies to one message take their parts one after the other. */
  return (wanted: NewPost, by: PostBy): Promise<StoredMessage[]> => {
    const key = keyOf(by);
    const reply = () =>
      wanted.in_reply_to === undefined
        ? post(wanted, key, by.actor)
        : alone(`reply ${wanted.in_reply_to}`, () => post(wanted, key, by.actor));
    return key === null ? reply() : alone(`key ${key}`, reply);
  };
};
