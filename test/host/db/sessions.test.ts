import { afterEach, beforeEach, expect, it } from 'vitest';
import { inboundRow, openTestLedger, sessionRow, type TestLedger } from '../ledger/fixture.ts';

const KEY = '["telegram","ada"]';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

const shown = async (): Promise<string[]> =>
  (await home.ledger.sessionsOfKey(KEY, 10)).map(({ id, active, state }) => `${id} ${active} ${state}`);

it('one session of a key is active: the one that was written last', async () => {
  await home.ledger.commit({ sessions: [sessionRow('a')] });
  await home.ledger.commit({ sessions: [sessionRow('b')] });
  expect(await shown()).toEqual(['b 1 open', 'a 0 open']);
  expect((await home.ledger.activeSession(KEY))?.id).toBe('b');
});

it('two lanes that begin a session of one key in one transaction fail nobody', async () => {
  const message = (id: string, session: string) => ({ sessions: [sessionRow(session)], messages: [inboundRow(home, id)] });
  const results = await Promise.allSettled([home.ledger.commit(message('m1', 'a')), home.ledger.commit(message('m2', 'b'))]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  expect(await shown()).toEqual(['b 1 open', 'a 0 open']);
});

it('a session that is touched, left and closed in one transaction ends as it was left', async () => {
  await home.ledger.commit({ sessions: [sessionRow('a')] });
  await Promise.all([
    home.ledger.commit({ sessions: [sessionRow('a', { last_active_at: 5 })] }),
    home.ledger.commit({ sessions: [sessionRow('a', { active: 0, last_active_at: 6 }), sessionRow('b')] }),
    home.ledger.commit({ sessions: [sessionRow('b', { active: 0, state: 'closed' })] }),
  ]);
  expect(await shown()).toEqual(['b 0 closed', 'a 0 open']);
  expect(await home.ledger.activeSession(KEY)).toBeUndefined();
});

it('sessions of other keys stay as they are', async () => {
  await home.ledger.commit({ sessions: [sessionRow('a'), sessionRow('other', { session_key: '["telegram","bob"]' })] });
  await home.ledger.commit({ sessions: [sessionRow('b')] });
  expect((await home.ledger.activeSession('["telegram","bob"]'))?.id).toBe('other');
});
