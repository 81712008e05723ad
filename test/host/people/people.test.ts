import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PersonRow } from '../../../host/db/unit.ts';
import { createPeople } from '../../../host/people/people.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';

let home: TestLedger;
beforeEach(async () => {
  home = await openTestLedger();
});
afterEach(() => home.close());

const people = () => createPeople({ ledger: home.ledger, clock: home.clock, newId: home.newId });

it('nobody has no name', async () => {
  expect(await people().resolve('telegram', null)).toBeNull();
});

it('a person keeps one random name, across messages and restarts, and it is written once', async () => {
  const first = await people().resolve('telegram', 'ada');
  expect(first?.added).toEqual({ person_id: first?.person_id, channel_id: 'telegram', user_key: 'ada', created_at: home.clock.now() });
  await home.ledger.commit({ persons: [first?.added as PersonRow] });
  await home.reopen();
  expect(await people().resolve('telegram', 'ada')).toEqual({ person_id: first?.person_id, added: null });
});

it('two people, or one key on two channels, have two names', async () => {
  const all = people();
  const names = await Promise.all([all.resolve('telegram', 'ada'), all.resolve('telegram', 'bob'), all.resolve('slack', 'ada')]);
  expect(new Set(names.map((each) => each?.person_id)).size).toBe(3);
});

it('messages of one new person that are decided at the same time agree on the name', async () => {
  const all = people();
  const names = await Promise.all([all.resolve('telegram', 'ada'), all.resolve('telegram', 'ada')]);
  expect(names[0]?.person_id).toBe(names[1]?.person_id);
});

it('the row is asked for once, by the first of several messages', async () => {
  const all = people();
  const names = await Promise.all([all.resolve('telegram', 'ada'), all.resolve('telegram', 'ada')]);
  names.push(await all.resolve('telegram', 'ada'));
  expect(names.map((each) => each?.added !== null)).toEqual([true, false, false]);
});

it('a row that could not be written is asked for again, for the same name: other messages bear it already', async () => {
  const all = people();
  const lost = await all.resolve('telegram', 'ada');
  all.forget('telegram', 'ada');
  expect(await all.resolve('telegram', 'ada')).toEqual(lost);
  expect((await all.resolve('telegram', 'ada'))?.added).toBeNull();
});

it('a person that the database knows, or nobody knows, is forgotten without harm', async () => {
  const all = people();
  await home.ledger.commit({ persons: [{ person_id: 'theirs', channel_id: 'telegram', user_key: 'ada', created_at: 1 }] });
  await all.resolve('telegram', 'ada');
  all.forget('telegram', 'ada');
  all.forget('telegram', 'nobody');
  expect(await all.resolve('telegram', 'ada')).toEqual({ person_id: 'theirs', added: null });
});
