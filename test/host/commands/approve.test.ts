/** `/approve` and `/deny` on real requests: who may, which, and when. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../host/commands/command.ts';
import type { Caller } from '../../../host/connectors/caller.ts';
import { createHostCommands } from '../../../host/wiring/commands.ts';
import type { InboundMessage } from '../../../schemas/message.ts';
import { type Bench, openBench, WRITES } from '../connectors/harness.ts';
import { someInbound } from '../ledger/fixture.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  bench.policy = { ...WRITES, channels: { telegram: { approvers: ['boss', 'ada'] }, slack: { approvers: ['other'] } } };
});
afterEach(() => bench.close());

const GROUP = { conversation_key: 'group', conversation_type: 'group' } as const;

/** A write that waits: asked for in a group by Ada. */
const waiting = async (caller: Partial<Caller> = {}): Promise<string> => {
  const by = { channel_id: 'telegram', conversation_key: 'group', user_key: 'ada', session_id: 's1', message_id: 'm1', ...caller };
  const answer = await bench.execute({ operation: 'send', params: { text: 'x' } }, { kind: 'agent', actor: 'agent:openai', ...by });
  return answer.error?.approval_id as string;
};

const say = async (text: string, fields: Partial<InboundMessage> = {}): Promise<string> => {
  const commands = createHostCommands({
    config: bench,
    ledger: bench.home.ledger,
    approvals: bench.approvals,
    execute: bench.service.execute,
  });
  const [name = '', ...words] = text.slice(1).split(' ');
  const message = someInbound('m', { text, channel_id: 'telegram', user_key: 'boss', ...GROUP, ...fields });
  const context = { message, words, person_id: `p-${message.user_key}`, blocked_operations: [] } as unknown as CommandContext;
  const answer = await commands.find((command) => command.name === name)?.run(context);
  return answer?.text ?? '';
};
const stateOf = async (code: string) => (await bench.approvals.plain(code)).state;

describe('/approve', () => {
  it('carries the request out once, hands its result to who asked, and is audited with who it was', async () => {
    const code = await waiting();
    expect(await say(`/approve ${code}`)).toMatch(/^Approved: items\.send was carried out\. /);
    expect(bench.items.calls).toEqual([{ operation: 'send', params: { text: 'x' } }]);
    expect(bench.delivered).toMatchObject([{ approval_id: code, caller: { session_id: 's1', message_id: 'm1' } }]);
    const rows = await bench.home.ledger.auditOf([code]);
    expect(rows.map(({ actor, decision }) => [actor, decision])).toEqual([
      ['agent:openai', 'pending'],
      ['person:p-boss', 'approved'],
    ]);
    expect(await say(`/approve ${code}`)).toBe(`The request ${code} was approved and carried out already.`);
    expect(await say(`/deny ${code}`)).toBe(`The request ${code} was approved and carried out already.`);
    expect(bench.items.calls).toHaveLength(1);
  });

  it.each<[string, Partial<InboundMessage>]>([
    ['somebody who is not listed', { user_key: 'eve' }],
    ['an approver of another channel', { user_key: 'other' }],
    ['nobody whom the platform names', { user_key: null }],
  ])('is nothing for %s', async (_, fields) => {
    const code = await waiting();
    expect(await say(`/approve ${code}`, fields)).toBe('Only the approvers of this channel can do that.');
    expect(await say('/approve 00000000000000000000000000', fields)).toBe('Only the approvers of this channel can do that.');
    expect([await stateOf(code), bench.items.calls.length]).toEqual(['pending', 0]);
  });

  it('is nobody’s without approvers', async () => {
    bench.policy = WRITES;
    expect(await say(`/approve ${await waiting()}`)).toBe('Only the approvers of this channel can do that.');
  });

  it('is never the requester’s own in a group, nor for a group from elsewhere', async () => {
    const code = await waiting();
    const own = 'You asked for this yourself: another approver has to decide.';
    expect(await say(`/approve ${code}`, { user_key: 'ada' })).toBe(own);
    expect(await say(`/approve ${code}`, { user_key: 'ada', conversation_type: 'direct', conversation_key: 'ada' })).toBe(own);
    const direct = await waiting({ conversation_key: 'ada' });
    expect(await say(`/approve ${direct}`, { user_key: 'ada' })).toBe(own);
    expect([await stateOf(code), bench.items.calls.length]).toEqual(['pending', 0]);
    expect(await say(`/approve ${direct}`, { user_key: 'ada', conversation_type: 'direct', conversation_key: 'ada' })).toMatch(/^Approved/);
  });

  it('knows no request of another channel, of no conversation, or of another kind', async () => {
    const foreign = await waiting({ channel_id: 'slack' });
    const nobody = await waiting({ channel_id: null, conversation_key: null, user_key: null, session_id: null, message_id: null });
    const mode = await bench.approvals.request('network_mode', { mode: 'on' }, 'token:op');
    for (const code of [foreign, nobody, mode.id, '00000000000000000000000000']) {
      expect(await say(`/approve ${code}`)).toBe(`There is no request ${code} here.`);
      expect(await say(`/deny ${code}`)).toBe(`There is no request ${code} here.`);
    }
    expect([await stateOf(foreign), await stateOf(nobody), await stateOf(mode.id)]).toEqual(['pending', 'pending', 'pending']);
  });

  it('is over after five minutes', async () => {
    const code = await waiting();
    bench.home.clock.advance(300_000);
    expect(await say(`/approve ${code}`)).toBe(`The request ${code} is over: a request can be approved for five minutes.`);
    expect(bench.items.calls).toEqual([]);
  });

  it('says so when the host refuses it as things stand now', async () => {
    const code = await waiting();
    bench.phase = 'planning';
    expect(await say(`/approve ${code}`)).toBe('Approved, but items.send was not carried out: the host refuses it as things stand now.');
    expect(bench.items.calls).toEqual([]);
  });

  it('of two at once carries it out once', async () => {
    const code = await waiting();
    const texts = await Promise.all([say(`/approve ${code}`), say(`/approve ${code}`, { user_key: 'boss' })]);
    expect(texts.filter((text) => text.startsWith('Approved: '))).toHaveLength(1);
    expect(bench.items.calls).toHaveLength(1);
  });

  it.each(['/approve', '/deny', '/approve what?', '/deny a b'])('%s says how it is used', async (text) => {
    expect(await say(text)).toMatch(/^Use \/(approve|deny) CODE/);
  });
});

it('/deny ends a request for good', async () => {
  const code = await waiting();
  expect(await say(`/deny ${code}`)).toBe('Denied: items.send will not be carried out.');
  expect(await say(`/approve ${code}`)).toBe(`The request ${code} was denied already.`);
  expect([await stateOf(code), bench.items.calls.length, bench.delivered.length]).toEqual(['denied', 0, 0]);
  expect((await bench.home.ledger.auditOf([code])).at(-1)).toMatchObject({ actor: 'person:p-boss', decision: 'denied' });
});
