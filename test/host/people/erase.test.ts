import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPairings, type Pairings } from '../../../host/approvals/pairings.ts';
import { openConnection } from '../../../host/db/connection.ts';
import type { EvidenceState } from '../../../host/db/unit.ts';
import { evidenceView, messageView } from '../../../host/ledger/views.ts';
import { createErase } from '../../../host/people/erase.ts';
import { exportPerson } from '../../../host/people/export.ts';
import { keyNamedBy } from '../../../host/secrets/seal.ts';
import { eventRow, inboundRow, outboundRow, sessionRow } from '../ledger/fixture.ts';
import { type KeyedLedger, openKeyedLedger } from '../secrets/keyed-ledger.ts';

let home: KeyedLedger;
let woken: string[];
let forgotten: string[];
let pairings: Pairings;
beforeEach(async () => {
  home = await openKeyedLedger();
  woken = [];
  forgotten = [];
  pairings = await createPairings({ ledger: home.ledger, clock: home.clock, random: randomBytes });
});
afterEach(() => home.close());

const ADA = '+4915112345678';
const at = () => home as never;
const eraseOf = () =>
  createErase({
    ...home,
    sessions: { forget: (key) => forgotten.push(key) },
    pairings,
    wake: (id) => woken.push(id),
    fold: () => home.database.fold(),
    copyKeys: async () => ({ written: [], failed: [] }),
  });
const erase = () => eraseOf().erase('telegram', ADA, 'cli:op');
const exported = () =>
  exportPerson(
    {
      ...home,
      now: home.clock.now,
      view: (row) => messageView(home.ledger, row),
      viewEvidence: (row) => evidenceView(home.ledger, row),
    },
    'telegram',
    ADA,
  );

const ada = { user_key: ADA, conversation_key: ADA };
/** Ada in a direct chat and in a group where Bob writes too; answers, one of which is not sent, one of which is dead. */
const fill = async () => {
  const person = await home.people.resolve('telegram', ADA);
  await home.ledger.commit({
    persons: person?.added ? [person.added] : [],
    events: [eventRow(at(), 'e1', { event_id: 'sms-1' }), eventRow(at(), 'e2', { event_id: 'sms-2' })],
    event_changes: [
      { id: 'e1', state: 'parsed' },
      { id: 'e2', state: 'parsed' },
    ],
    sessions: [
      sessionRow('s1', { ...ada, session_key: JSON.stringify(['telegram', ADA, ADA, null]) }),
      sessionRow('s2', { user_key: 'bob', session_key: 'bobs' }),
    ],
    messages: [
      inboundRow(
        at(),
        'in',
        { ...ada, event_id: 'sms-1', message_id: `${ADA}:1`, text: 'my secret is 42' },
        { state: 'answered', session_id: 's1' },
      ),
      inboundRow(
        at(),
        'grp',
        {
          user_key: ADA,
          conversation_key: 'group',
          conversation_type: 'group',
          event_id: 'sms-2',
          message_id: 'group:7',
          text: 'said in a group',
        },
        { state: 'received' },
      ),
      inboundRow(
        at(),
        'bob',
        { user_key: 'bob', conversation_key: 'group', conversation_type: 'group', event_id: 'x', message_id: 'group:8', text: 'of bob' },
        { state: 'answered' },
      ),
      outboundRow(at(), 'sent', { ...ada, text: 'an answer' }, { state: 'sending', in_reply_to: 'in' }),
      outboundRow(at(), 'waits', { ...ada, text: 'not sent yet', part: 2 }, { state: 'held', held_by: 'off', in_reply_to: 'in' }),
      outboundRow(at(), 'dead', { ...ada, text: 'refused', part: 3 }, { state: 'pending', in_reply_to: 'in' }),
      outboundRow(at(), 'news', { user_key: null, conversation_key: ADA, text: 'news for you' }, { state: 'pending' }),
    ],
    message_changes: [
      { id: 'sent', from: ['sending'], state: 'sent', platform_message_id: `${ADA}:2` },
      {
        id: 'dead',
        from: ['pending'],
        state: 'dead',
        error: home.ledger.sealMessageError({ id: 'dead', channel_id: 'telegram', ...ada }, 'no such chat'),
      },
    ],
    audit: [{ at: 1, actor: 'host', action: 'message.decided', person_id: person?.person_id ?? null, subject: 'in', decision: 'answered' }],
  });
  return person?.person_id as string;
};
/** Ada was paired by a code; so was Bob. */
const pair = async () => {
  for (const [user_key, person_id] of [
    [ADA, 'p-ada'],
    ['bob', 'p-bob'],
  ] as const) {
    const asked = pairings.ask('telegram', user_key, person_id);
    await home.ledger.commit({ pairings: asked ? [asked.row] : [] });
    await pairings.approve(asked?.code ?? '', 'cli:op');
  }
};
const rowOf = async (id: string) => {
  const db = await openConnection(home.db_file, { readonly: true });
  const row = await db.get<Record<string, unknown>>('SELECT * FROM messages WHERE id = ?', [id]);
  await db.close();
  return row;
};

describe('a person’s export', () => {
  it('holds sessions, messages both ways in order with their text, events and the trail', async () => {
    const person_id = await fill();
    const found = await exported();
    expect(found).toMatchObject({
      channel_id: 'telegram',
      user_key: ADA,
      person_id,
      not_included: [expect.stringContaining('plugin'), expect.any(String)],
    });
    expect(found.messages.map((message) => (message as { text: string }).text)).toEqual([
      'my secret is 42',
      'said in a group',
      'an answer',
      'not sent yet',
      'refused',
      'news for you',
    ]);
    expect(found.sessions.map(({ id }) => id)).toEqual(['s1']);
    expect(found.events.map(({ event_id }) => event_id)).toEqual(['sms-1', 'sms-2']);
    expect(found.audit.map(({ action }) => action)).toEqual(['message.decided']);
  });

  it('of somebody unknown says that nothing is stored', async () => {
    await expect(exported()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(erase()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells how the person was paired', async () => {
    await pair();
    expect(await exported()).toMatchObject({ pairing: { state: 'approved', decided_by: 'cli:op' }, messages: [] });
  });
});

describe('an erasure', () => {
  it('says what it did, and leaves nothing of the person in the files, while others keep theirs', async () => {
    const person_id = await fill();
    const report = await erase();
    expect(report).toMatchObject({
      person_id,
      messages_in: 2,
      messages_out: 4,
      deliveries_dropped: 2,
      dead_letters_blanked: 1,
      events_blanked: 2,
      sessions_closed: 1,
    });
    // Ada's key, the conversation's, and the day's.
    expect(report.keys_destroyed).toBe(3);
    await expect(exported()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const bob = await home.ledger.messageById('bob');
    expect(bob && home.ledger.inboundMessage(bob)).toMatchObject({ text: 'of bob', user_key: 'bob', conversation_key: 'group' });
    await home.shut();
    for (const file of [home.db_file, path.join(home.keys_dir, 'keys.db')]) {
      const bytes = readFileSync(file);
      expect(bytes.includes(ADA)).toBe(false);
      expect(bytes.includes('15112345678')).toBe(false);
    }
    await home.open();
  });

  it('empties what connectors were asked for in their conversations, and what waits for consent can be approved no more', async () => {
    const person_id = await fill();
    const owner = { channel_id: 'telegram', conversation_key: ADA, user_key: ADA };
    const request = (id: string, of: { channel_id: string; conversation_key: string; user_key: string | null }, state: EvidenceState) => ({
      ...of,
      id,
      request_id: `request ${id}`,
      connector_id: 'web_fetch',
      operation: 'fetch',
      effect: 'read' as const,
      caller_kind: 'agent',
      actor: 'agent:openai',
      person_id: of.user_key === ADA ? person_id : null,
      session_id: 's1',
      message_id: 'in',
      approval_id: null,
      idempotency_key: null,
      state,
      rule: 'default',
      code: null,
      counted: 1 as const,
      request_hash: 'h',
      result_hash: 'r',
      request: home.ledger.sealEvidence({ id, ...of }, 'request', JSON.stringify({ params: { text: `of ${id}` } })),
      result: home.ledger.sealEvidence({ id, ...of }, 'result', JSON.stringify({ data: 'found' })),
      requested_at: 1,
      started_at: 1,
      finished_at: 1,
    });
    await home.ledger.commit({
      evidence: [
        request('done', owner, 'success'),
        request('waits', owner, 'requires_approval'),
        request('direct', { ...owner, user_key: null }, 'denied'),
        request('of bob', { ...owner, user_key: 'bob', conversation_key: 'group' }, 'success'),
      ],
    });
    const { evidence } = (await exported()) as { evidence: { id: string; params: unknown; data: unknown }[] };
    expect(evidence.map(({ id, params, data }) => [id, params, data])).toEqual([
      ['done', { text: 'of done' }, 'found'],
      ['waits', { text: 'of waits' }, 'found'],
      ['direct', { text: 'of direct' }, 'found'],
    ]);
    expect((await erase()).evidence_blanked).toBe(3);
    const rows = await home.database.reader.all('SELECT id, state, code, user_key, conversation_key, request, result FROM evidence');
    const empty = { user_key: null, conversation_key: '', request: null, result: null };
    expect(rows).toMatchObject([
      { id: 'done', state: 'success', code: null, ...empty },
      { id: 'waits', state: 'denied', code: 'ERASED', ...empty },
      { id: 'direct', state: 'denied', ...empty },
      { id: 'of bob', state: 'success', user_key: 'bob', conversation_key: 'group' },
    ]);
    // What was under way then, and ends now, leaves nothing either.
    await home.ledger.commit({ evidence_changes: [{ id: 'done', from: ['success'], state: 'failed', result: 'sealed' }] });
    expect((await home.ledger.evidenceById('done'))?.result).toBeNull();
  });

  it('ends what was not finished: nothing of it is run or sent, and nothing of it can be retried', async () => {
    await fill();
    await erase();
    expect(await rowOf('grp')).toMatchObject({
      state: 'ignored',
      reason: 'ERASED',
      content: null,
      user_key: null,
      conversation_key: 'group',
    });
    expect(await rowOf('waits')).toMatchObject({ state: 'dead', reason: 'ERASED', conversation_key: '', held_by: null });
    expect(await rowOf('news')).toMatchObject({ state: 'dead', reason: 'ERASED', conversation_key: '' });
    expect(await rowOf('sent')).toMatchObject({ state: 'sent', reason: null, content: null, platform_message_id: null });
    expect(await rowOf('dead')).toMatchObject({ state: 'dead', error: null });
    expect(woken).toEqual(['telegram']);
    expect(forgotten).toEqual([JSON.stringify(['telegram', ADA, ADA, null])]);
    const late = await home.ledger.commit({ messages: [outboundRow(at(), 'late', ada, { in_reply_to: 'grp' })] });
    expect(late.messages.size).toBe(0);
  });

  it('keeps refusing what the platform sends again, and takes what is new', async () => {
    await fill();
    await erase();
    const again = await home.ledger.commit({
      events: [eventRow(at(), 'e9', { event_id: 'sms-1' })],
      messages: [inboundRow(at(), 'm9', { ...ada, message_id: `${ADA}:1` })],
    });
    expect([again.events.size, again.messages.size]).toEqual([0, 0]);
    await home.reopen();
    const after = await home.ledger.commit({
      events: [eventRow(at(), 'e10', { event_id: 'sms-2' }), eventRow(at(), 'e11', { event_id: 'sms-3' })],
      messages: [inboundRow(at(), 'm10', { ...ada, message_id: 'group:7' }), inboundRow(at(), 'm11', { ...ada, message_id: 'new' })],
    });
    expect([[...after.events.keys()], [...after.messages.keys()]]).toEqual([['e11'], ['m11']]);
    const db = await openConnection(home.db_file, { readonly: true });
    const counted = await db.all<{ deliveries: number }>('SELECT deliveries FROM events WHERE id IN (?, ?) ORDER BY id', ['e1', 'e2']);
    await db.close();
    expect(counted.map(({ deliveries }) => deliveries)).toEqual([2, 2]);
  });

  it('makes whoever comes back somebody new, under a new key', async () => {
    const person_id = await fill();
    const before = keyNamedBy(inboundRow(at(), 'k', ada).content ?? '');
    await erase();
    const back = await home.people.resolve('telegram', ADA);
    expect(back?.person_id).not.toBe(person_id);
    expect(keyNamedBy(inboundRow(at(), 'k', ada).content ?? '')).not.toBe(before);
    await home.ledger.commit({
      persons: back?.added ? [back.added] : [],
      messages: [inboundRow(at(), 'back', { ...ada, text: 'hello again' })],
    });
    expect((await exported()).messages).toMatchObject([{ text: 'hello again' }]);
    expect(await eraseOf().applyTombstones('unfinished', 'host')).toEqual([]);
    expect((await exported()).messages).toHaveLength(1);
  });

  it('stands in the trail by the person’s random id, with who did it', async () => {
    const person_id = await fill();
    await erase();
    const db = await openConnection(home.db_file, { readonly: true });
    const row = await db.get<{ actor: string; person_id: string; detail: string }>("SELECT * FROM audit WHERE action = 'person.erased'");
    await db.close();
    expect(row).toMatchObject({ actor: 'cli:op', person_id });
    expect(row?.detail).not.toContain(ADA);
    expect(JSON.parse(row?.detail ?? '')).toMatchObject({ channel_id: 'telegram', messages_in: 2 });
  });

  it('takes raw bodies along: dead events that speak of the person lose theirs, all others get a new key of the day', async () => {
    await fill();
    const body = (who: string) => JSON.stringify({ message: { from: { id: who }, text: 'hi' } });
    await home.ledger.commit({
      events: [
        eventRow(at(), 'd1', { event_id: 'd1', body: body(ADA) }),
        eventRow(at(), 'd2', { event_id: 'd2', body: body('bob') }),
        eventRow(at(), 'd3', {
          event_id: 'd3',
          content_type: 'application/x-www-form-urlencoded',
          body: `From=whatsapp%3A${encodeURIComponent(ADA)}`,
        }),
        eventRow(at(), 'w', { event_id: 'w', body: body('carol') }),
      ],
    });
    await home.ledger.commit({
      event_changes: ['d1', 'd2', 'd3'].map((id) => ({
        id,
        state: 'dead',
        error_code: 'PARSE_FAILED',
        error: home.ledger.sealEventError(id, 'unreadable'),
      })),
    });
    const bytes = readFileSync(path.join(home.keys_dir, 'keys.db'));
    writeFileSync(path.join(home.dir, 'keys.before'), bytes);
    expect((await erase()).events_blanked).toBe(4);
    const left = await home.records.sealedEvents(0, 10);
    expect(left.map(({ id, request }) => [id, JSON.parse(request ?? '').body])).toEqual([
      ['d2', body('bob')],
      ['w', body('carol')],
    ]);
    expect(home.ledger.openError('events', 'd2', (await home.ledger.eventOfMessage('telegram', 'd2'))?.error ?? null)).toBe('unreadable');
    expect((await home.ledger.waitingEvents('telegram', 0, 10)).map(({ event }) => event.body)).toEqual([body('carol')]);
  });

  it('that was interrupted is brought to its end at the next start', async () => {
    const person_id = await fill();
    const { commit } = home.ledger;
    home.ledger.commit = async () => {
      throw new Error('the process ends here');
    };
    await expect(erase()).rejects.toThrow('the process ends here');
    home.ledger.commit = commit;
    // The key is gone already: nothing can be read, though it is not blanked yet.
    expect((await exported()).messages.map((message) => (message as { text: string | null }).text)).toEqual(Array(6).fill(null));
    await home.reopen();
    expect(await eraseOf().applyTombstones('unfinished', 'host')).toMatchObject([{ person_id, messages_in: 2 }]);
    await expect(exported()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await eraseOf().applyTombstones('unfinished', 'host')).toEqual([]);
  });

  it('takes the pairing too: the person is a stranger again, others stay paired', async () => {
    await fill();
    await pair();
    await erase();
    expect([pairings.isPaired('telegram', ADA), pairings.isPaired('telegram', 'bob')]).toEqual([false, true]);
    expect((await home.ledger.pairings()).map(({ user_key }) => user_key)).toEqual(['bob']);
  });
});

describe('an operator who approves the pairing of a person', () => {
  /** What is asked when a commit of the erasure begins, by the number of the commit. */
  let at_commit: Map<number, () => void>;
  let commits: number;
  beforeEach(async () => {
    await home.close();
    at_commit = new Map();
    commits = 0;
    home = await openKeyedLedger({ probe: (point) => point === 'batch.begin' && at_commit.get(++commits)?.() });
    pairings = await createPairings({ ledger: home.ledger, clock: home.clock, random: randomBytes });
  });

  const raced = async (number: number | null) => {
    await fill();
    const asked = pairings.ask('telegram', ADA, 'p-ada');
    await home.ledger.commit({ pairings: asked ? [asked.row] : [] });
    let approved: Promise<string> | undefined;
    const approve = (): void => {
      approved = pairings.approve(asked?.code ?? '', 'cli:op').then(
        ({ state }) => state,
        (error) => error.code,
      );
    };
    commits = 0;
    if (number === null) approve();
    else at_commit.set(number, approve);
    await erase();
    return approved;
  };
  const standing = async () => {
    const rebuilt = await createPairings({ ledger: home.ledger, clock: home.clock, random: randomBytes });
    return [(await home.ledger.pairings()).length, pairings.isPaired('telegram', ADA), rebuilt.isPaired('telegram', ADA)];
  };

  it('just before the person is erased lets nobody in after it', async () => {
    await raced(null);
    expect(await standing()).toEqual([0, false, false]);
  });

  it.each([1, 2, 3])('while commit %d of the erasure is written lets nobody in, and leaves no row', async (number) => {
    const answer = await raced(number);
    // There was such a commit: this is no race that did not take place.
    expect(['approved', 'NOT_FOUND']).toContain(answer);
    expect(await standing()).toEqual([0, false, false]);
  });

  it('in the batch of its last commit is told that the person has gone', async () => {
    const asked = pairings.ask('telegram', ADA, 'p-ada');
    await home.ledger.commit({ pairings: asked ? [asked.row] : [] });
    const approving = pairings.approve(asked?.code ?? '', 'cli:op');
    pairings.forget('telegram', ADA);
    const erasing = home.ledger.commit({ erasures: [{ at: 1, pairing: { channel_id: 'telegram', user_key: ADA } }] });
    await expect(approving).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await erasing;
    expect(await standing()).toEqual([0, false, false]);
  });
});
