/** What an agent is told of a session: what was said to it and what the person got, in order, and nothing else. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MessageState } from '../../../host/db/unit.ts';
import { sessionHistory } from '../../../host/ledger/history.ts';
import { inboundRow, openTestLedger, outboundRow, type TestLedger } from './fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

const said = (id: string, state: MessageState = 'answered', reason: string | null = null, session_id = 's') =>
  inboundRow(home, id, { text: `said ${id}` }, { state, reason, session_id });
const answer = (id: string, in_reply_to: string | null, part = 1, state: MessageState = 'sent') =>
  outboundRow(home, id, { text: `answer ${id}`, part }, { state, in_reply_to, session_id: 's' });
const history = async (current = 'current', session_id: string | null = 's') =>
  (await sessionHistory(home.ledger, { id: current, session_id }, ({ text }) => text ?? '')).map(({ role, text }) => `${role}: ${text}`);

it('is in the order of what was said, each answer behind what it answers, its parts together', async () => {
  await home.ledger.commit({ messages: [said('a'), said('b'), said('current', 'dispatched')] });
  // The second one had come before the first was answered.
  await home.ledger.commit({ messages: [answer('a2', 'a', 2), answer('a1', 'a', 1)] });
  await home.ledger.commit({ messages: [answer('b1', 'b'), answer('by an operator', null)] });
  expect(await history()).toEqual([
    'user: said a',
    'assistant: answer a1\nanswer a2',
    'user: said b',
    'assistant: answer b1',
    'assistant: answer by an operator',
  ]);
});

it('leaves out commands, what failed, was refused, only recorded or waits, and answers that nobody saw', async () => {
  await home.ledger.commit({
    messages: [
      said('command', 'answered', 'COMMAND_HELP'),
      said('failed', 'failed', 'AGENT_REFUSED'),
      said('refused', 'rejected', 'RATE_LIMITED'),
      said('recorded', 'ignored', 'NOT_ADDRESSED'),
      said('later', 'received'),
      said('elsewhere', 'answered', null, 'another session'),
      said('heard'),
    ],
  });
  await home.ledger.commit({
    messages: [
      answer('help', 'command'),
      answer('sorry', 'failed'),
      answer('dead', 'heard', 1, 'dead'),
      answer('expired', null, 1, 'expired'),
      answer('waits', 'heard', 2, 'held'),
    ],
  });
  expect(await history()).toEqual(['user: said heard', 'assistant: answer waits']);
  expect(await history('current', null)).toEqual([]);
});

it('says nothing of what retention has blanked', async () => {
  await home.ledger.commit({ messages: [said('old'), said('young')] });
  await home.ledger.commit({ retire: [{ what: 'message_contents', ids: ['old'] }] });
  expect(await history()).toEqual(['user: said young']);
});

it('looks at the newest rows of a long session only', async () => {
  await home.ledger.commit({ messages: Array.from({ length: 300 }, (_, index) => said(`m${String(index).padStart(3, '0')}`)) });
  const lines = await history();
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([200, 'user: said m100', 'user: said m299']);
});
