/** The life of a message, put in order for a person. */
import { describe, expect, it } from 'vitest';
import type { Message, Trace } from '../../../host/console/page/api/answers.ts';
import { type Moment, subjectOf, timelineOf } from '../../../host/console/page/views/messages/moments.ts';

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

const message = (id: string, fields: Partial<Message> = {}): Message => ({
  id,
  seq: 1,
  direction: 'inbound',
  channel_id: 'telegram',
  message_id: '7:1',
  event_id: '1',
  type: 'text',
  text: 'hello',
  attachments: [],
  user_key: '7',
  user_name: 'Ada',
  conversation_key: '7',
  conversation_type: 'direct',
  thread_key: null,
  session_id: 's',
  in_reply_to: null,
  part: null,
  state: 'answered',
  reason: null,
  error: null,
  attempts: 0,
  next_attempt_at: null,
  held_by: null,
  platform_message_id: null,
  received_at: at(1),
  dispatched_at: null,
  finished_at: at(2),
  sent_at: null,
  delivered_at: null,
  read_at: null,
  ...fields,
});
const answer = (id: string, part: number, fields: Partial<Message> = {}): Message =>
  message(id, { direction: 'outbound', in_reply_to: 'q', part, state: 'sent', attempts: 1, received_at: at(3), ...fields });

const event: NonNullable<Trace['event']> = {
  id: 'e',
  event_id: 'update 1',
  source: 'webhook',
  state: 'parsed',
  deliveries: 1,
  attempts: 1,
  received_at: at(0),
  error_code: null,
  error: null,
};
const trace = (fields: Partial<Trace> = {}): Trace => ({
  id: 'q',
  event,
  message: message('q'),
  requests: [],
  deliveries: [],
  audit: [],
  ...fields,
});

const factsOf = (moment: Moment | undefined) =>
  Object.fromEntries((moment?.facts ?? []).map((fact) => [fact.name, 'at' in fact ? fact.at : 'key' in fact ? fact.key : fact.text]));
const titles = (moments: readonly Moment[]) => moments.map(({ title, at: when, state }) => [title, when, state]);

describe('the timeline of a message', () => {
  it('tells what was asked of connectors before what came of it, and leads to the evidence', () => {
    const request: Trace['requests'][number] = {
      evidence_id: 'ev',
      connector_type: 'web_fetch',
      operation: 'fetch',
      effect: 'read',
      state: 'denied',
      code: 'DOMAIN_BLOCKED',
      requested_at: at(1),
      finished_at: at(1),
    };
    const moments = timelineOf(trace({ requests: [request], deliveries: [answer('a1', 1)] }), 'q');
    expect(moments.map(({ title }) => title).slice(-3)).toEqual(['A connector was asked', 'It was answered', 'Answer']);
    expect(moments.at(-3)).toMatchObject({ evidence_id: 'ev', state: 'denied', reason: 'DOMAIN_BLOCKED' });
    expect(factsOf(moments.at(-3))).toEqual({ Connector: 'web_fetch', Operation: 'fetch', It: 'reads' });
  });

  it('goes from the event over the decision to the deliveries', () => {
    const moments = timelineOf(
      trace({
        message: message('q', { dispatched_at: at(1), attempts: 2 }),
        deliveries: [answer('a1', 1, { sent_at: at(4), delivered_at: at(5), read_at: at(6), platform_message_id: '99' }), answer('a2', 2)],
      }),
      'q',
    );
    expect(titles(moments)).toEqual([
      ['The event came in', at(0), 'parsed'],
      ['The message was recorded', at(1), null],
      ['The agent was asked', at(1), null],
      ['It was answered', at(2), 'answered'],
      ['Answer, part 1', at(3), 'sent'],
      ['Answer, part 2', at(3), 'sent'],
    ]);
    expect(factsOf(moments[2])).toEqual({ Asked: '2 times' });
    expect(factsOf(moments[4])).toEqual({ Attempts: '1', Sent: at(4), Delivered: at(5), Read: at(6), Receipt: '99' });
    expect(moments.map(({ said }) => said?.id ?? null)).toEqual([null, null, null, null, 'a1', 'a2']);
  });

  it('says how often the platform sent the event, and why it was not read', () => {
    const dead = {
      ...event,
      source: 'emit',
      state: 'dead',
      deliveries: 3,
      attempts: 5,
      error_code: 'PARSE_FAILED',
      error: 'no such field',
    } as const;
    const [first, ...others] = timelineOf(trace({ event: dead, message: null }), 'q');
    expect(others).toEqual([]);
    expect(first).toMatchObject({ state: 'dead', reason: 'PARSE_FAILED', error: 'no such field' });
    expect(factsOf(first)).toEqual({
      'Came by': 'the adapter',
      'The platform sent it': '3 times',
      'Tries to read it': '5',
      Event: 'update 1',
    });
  });

  it.each([
    ['received', 'It waits to be decided', null],
    ['dispatched', 'The agent is at work', null],
    ['ignored', 'It was recorded, not run', at(2)],
    ['rejected', 'It was refused', at(2)],
    ['failed', 'It failed', at(2)],
  ] as const)('of one that is %s says: %s', (state, title, finished_at) => {
    const moments = timelineOf(trace({ message: message('q', { state, finished_at, error: 'words of the agent' }) }), 'q');
    expect(moments.at(-1)).toMatchObject({ title, at: finished_at, state, error: 'words of the agent' });
  });

  it('tells of a delivery that waits or ended badly: attempts, what comes next, who holds it, why', () => {
    const waits = answer('a1', 1, { state: 'held', held_by: 'network_mode', next_attempt_at: at(9), attempts: 2, finished_at: null });
    const dead = answer('a2', 2, { state: 'dead', reason: 'DROPPED', error: 'went wrong', finished_at: at(8) });
    const moments = timelineOf(trace({ deliveries: [waits, dead] }), 'q');
    expect(factsOf(moments.at(-2))).toEqual({ Attempts: '2', 'Next attempt': at(9), 'Held by': 'network_mode' });
    expect(factsOf(moments.at(-1))).toEqual({ Attempts: '1', Ended: at(8) });
    expect(moments.at(-1)).toMatchObject({ reason: 'An operator gave it up.', error: 'went wrong', delivery: { id: 'a2' } });
  });

  it('names the person who wrote a delivery, from the audit trail', () => {
    const posted = { seq: 1, at: at(3), actor: 'token:desk', action: 'message.posted', subject: 'a2', decision: 'pending', detail: null };
    const decided = { ...posted, seq: 2, actor: 'host', action: 'delivery.finished', subject: 'a1' };
    const moments = timelineOf(trace({ deliveries: [answer('a1', 1), answer('a2', 2)], audit: [decided, posted] }), 'q');
    expect(moments.slice(-2).map((moment) => factsOf(moment)['Written by'])).toEqual([undefined, 'token:desk']);
  });

  it('of a delivery tells the message that it answers, and not its own words again', () => {
    const moments = timelineOf(trace({ id: 'a1', deliveries: [answer('a1', 1)] }), 'a1');
    expect(moments.map(({ said }) => said?.id ?? null)).toEqual([null, 'q', null, null]);
    expect(moments.at(-1)?.title).toBe('Answer');
  });

  it('of a message that nobody asked for is the delivery alone', () => {
    const alone = answer('a1', 1, { in_reply_to: null });
    expect(titles(timelineOf(trace({ id: 'a1', event: null, message: null, deliveries: [alone] }), 'a1'))).toEqual([
      ['Message to the person', at(3), 'sent'],
    ]);
  });
});

describe('what a reader came for', () => {
  const deliveries = [answer('a1', 1), answer('a2', 2)];
  it.each(['q', 'a2'])('is the message or one of its deliveries: %s', (id) => {
    expect(subjectOf(trace({ deliveries }), id)?.id).toBe(id);
  });
  it('is nothing when the trace does not hold it', () => {
    expect(subjectOf(trace({ deliveries }), 'other')).toBeNull();
  });
});
