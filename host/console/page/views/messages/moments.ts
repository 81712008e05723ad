/** The life of a message, as a person reads it: what happened, in order. Pure. */
import type { Message, Trace } from '../../api/answers.ts';
import { reasonOf } from './reasons.ts';

/** `text`: somebody else's words may stand in it. `at`: a time. `key`: a name that machines gave. */
export type MomentFact = { name: string } & ({ text: string } | { at: string } | { key: string });

export interface Moment {
  id: string;
  title: string;
  /** Null: it has not happened yet. */
  at: string | null;
  state: string | null;
  /** Why. */
  reason: string | null;
  error: string | null;
  /** What was said, when it is told here. */
  said: Message | null;
  /** The delivery that this is about. */
  delivery: Message | null;
  /** The record of a request that this is about. */
  evidence_id: string | null;
  facts: readonly MomentFact[];
}

const NOTHING = {
  at: null,
  state: null,
  reason: null,
  error: null,
  said: null,
  delivery: null,
  evidence_id: null,
  facts: [],
} satisfies Partial<Moment>;

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const fact = (name: string, kind: 'text' | 'at' | 'key', value: string | null): MomentFact[] =>
  value === null ? [] : [{ name, [kind]: value } as MomentFact];

const ofEvent = ({
  id,
  event_id,
  source,
  state,
  deliveries,
  attempts,
  received_at,
  error_code,
  error,
}: NonNullable<Trace['event']>): Moment => ({
  ...NOTHING,
  id,
  title: 'The event came in',
  at: received_at,
  state,
  reason: error_code,
  error,
  facts: [
    { name: 'Came by', text: source === 'webhook' ? 'a webhook of the platform' : 'the adapter' },
    { name: 'The platform sent it', text: times(deliveries) },
    ...(attempts > 1 ? fact('Tries to read it', 'text', String(attempts)) : []),
    { name: 'Event', key: event_id },
  ],
});

const DECIDED: Partial<Record<Message['state'], string>> = {
  received: 'It waits to be decided',
  dispatched: 'The agent is at work',
  answered: 'It was answered',
  ignored: 'It was recorded, not run',
  rejected: 'It was refused',
  failed: 'It failed',
};

const ofInbound = (message: Message, is_subject: boolean): Moment[] => {
  const { id, received_at, dispatched_at, finished_at, state, error, attempts } = message;
  const asked: Moment = {
    ...NOTHING,
    id: `${id} dispatched`,
    title: 'The agent was asked',
    at: dispatched_at,
    facts: attempts > 1 ? [{ name: 'Asked', text: times(attempts) }] : [],
  };
  return [
    { ...NOTHING, id, title: 'The message was recorded', at: received_at, said: is_subject ? null : message },
    ...(dispatched_at === null ? [] : [asked]),
    { ...NOTHING, id: `${id} decided`, title: DECIDED[state] ?? state, at: finished_at, state, reason: reasonOf(message), error },
  ];
};

const ofRequest = ({ evidence_id, connector_type, operation, effect, state, code, requested_at }: Trace['requests'][number]): Moment => ({
  ...NOTHING,
  id: evidence_id,
  title: 'A connector was asked',
  at: requested_at,
  state,
  reason: code,
  evidence_id,
  facts: [
    ...fact('Connector', 'text', connector_type),
    ...fact('Operation', 'text', operation),
    ...fact('It', 'text', effect === null ? null : `${effect}s`),
  ],
});

const titleOf = ({ in_reply_to, part }: Message, parts: number): string => {
  if (in_reply_to === null) return 'Message to the person';
  return parts > 1 ? `Answer, part ${part ?? 1}` : 'Answer';
};

const ofDelivery = (delivery: Message, parts: number, is_subject: boolean, author: string | null): Moment => {
  const { id, received_at, state, error, attempts, next_attempt_at, held_by, sent_at, delivered_at, read_at, finished_at } = delivery;
  return {
    ...NOTHING,
    id,
    title: titleOf(delivery, parts),
    at: received_at,
    state,
    reason: reasonOf(delivery),
    error,
    said: is_subject ? null : delivery,
    delivery,
    facts: [
      ...fact('Written by', 'text', author),
      { name: 'Attempts', text: String(attempts) },
      ...fact('Next attempt', 'at', next_attempt_at),
      ...fact('Held by', 'text', held_by),
      ...fact('Sent', 'at', sent_at),
      ...fact('Delivered', 'at', delivered_at),
      ...fact('Read', 'at', read_at),
      ...fact('Ended', 'at', sent_at === null ? finished_at : null),
      ...fact('Receipt', 'key', delivery.platform_message_id),
    ],
  };
};

/** What was asked of connectors stands before what came of it. */
const withRequests = (moments: readonly Moment[], requests: readonly Moment[]): Moment[] => [
  ...moments.slice(0, -1),
  ...requests,
  ...moments.slice(-1),
];

/** `id`: the message or delivery that the reader came for; what it says stands elsewhere. */
export const timelineOf = ({ event, message, requests, deliveries, audit }: Trace, id: string): Moment[] => {
  const authors = new Map(audit.filter(({ action }) => action === 'message.posted').map(({ subject, actor }) => [subject, actor]));
  return [
    ...(event ? [ofEvent(event)] : []),
    ...(message ? withRequests(ofInbound(message, message.id === id), requests.map(ofRequest)) : []),
    ...deliveries.map((each) => ofDelivery(each, deliveries.length, each.id === id, authors.get(each.id) ?? null)),
  ];
};

/** What the reader came for: the message, or one of its deliveries. */
export const subjectOf = ({ message, deliveries }: Trace, id: string): Message | null =>
  [message, ...deliveries].find((each) => each?.id === id) ?? null;
