import { expect, it } from 'vitest';
import { isAwaitingAnswer, mergeMessages, outcomeOf } from '../../../../host/webchat/page/messages.ts';
import type { ChatMessage } from '../../../../host/webchat/webchat-store.ts';

const message = (seq: number, part: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${seq}`,
  seq,
  direction: 'inbound',
  client_message_id: `c${seq}`,
  text: `text ${seq}`,
  state: 'received',
  at: '2026-01-01T00:00:00.000Z',
  ...part,
});
const answer = (seq: number) => message(seq, { direction: 'outbound', client_message_id: null, state: 'sent' });

it('a message that is told twice is shown once, in its place', () => {
  const merged = mergeMessages([message(1), message(3)], [message(2), message(3)]);
  expect(merged.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

it('a newer state replaces an older one', () => {
  expect(mergeMessages([message(1)], [message(1, { state: 'answered' })])[0]?.state).toBe('answered');
});

it('a late page of history does not bring an ended message back to life', () => {
  expect(mergeMessages([message(1, { state: 'rejected' })], [message(1, { state: 'dispatched' })])[0]?.state).toBe('rejected');
});

it('an answer is awaited until it comes, or until there will be none', () => {
  expect(isAwaitingAnswer([])).toBe(false);
  expect(isAwaitingAnswer([message(1)])).toBe(true);
  expect(isAwaitingAnswer([message(1, { state: 'dispatched' })])).toBe(true);
  expect(isAwaitingAnswer([message(1), answer(2)])).toBe(false);
  expect(isAwaitingAnswer([answer(1), message(2)])).toBe(true);
  for (const state of ['answered', 'ignored', 'rejected', 'failed', 'dead']) expect(isAwaitingAnswer([message(1, { state })])).toBe(false);
});

it('only an end without an answer needs a word', () => {
  expect(outcomeOf(message(1, { state: 'answered' }))).toBeNull();
  expect(outcomeOf(answer(1))).toBeNull();
  for (const state of ['rejected', 'failed', 'dead']) expect(outcomeOf(message(1, { state }))).toMatch(/\.$/);
});
