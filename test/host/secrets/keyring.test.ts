import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../host/db/connection.ts';
import { createLedger } from '../../../host/ledger/ledger.ts';
import { oneKey } from '../../../host/secrets/content-keys.ts';
import { createRecent } from '../../../host/secrets/recent-keys.ts';
import { createSeal, keyNamedBy } from '../../../host/secrets/seal.ts';
import { eventRow, inboundRow, outboundRow, sessionRow } from '../ledger/fixture.ts';
import { type KeyedLedger, openKeyedLedger } from './keyed-ledger.ts';

let home: KeyedLedger;
beforeEach(async () => {
  home = await openKeyedLedger();
});
afterEach(() => home.close());

/** The fixture's rows take what they need of it. */
const of = (ledger: KeyedLedger) => ledger as unknown as Parameters<typeof inboundRow>[0];
const keyOf = (row: { content: string | null }) => keyNamedBy(row.content ?? '');
const storedKeys = async (kind?: string) => {
  const db = await openConnection(path.join(home.keys_dir, 'keys.db'), { readonly: true });
  const rows = await db.all<{ key_id: string; kind: string; subject: string; wrapped: string }>('SELECT * FROM keys');
  await db.close();
  return kind === undefined ? rows : rows.filter((row) => row.kind === kind);
};
const textOf = async (id: string) => {
  const row = await home.ledger.messageById(id);
  if (!row) return undefined;
  return (row.direction === 'inbound' ? home.ledger.inboundMessage(row) : home.ledger.outboundMessage(row)).text;
};

describe('content is sealed', () => {
  it('under the key of its person, in both directions and in groups, and people share none', () => {
    const ada = keyOf(inboundRow(of(home), 'a'));
    expect(keyOf(inboundRow(of(home), 'b'))).toBe(ada);
    expect(keyOf(outboundRow(of(home), 'c'))).toBe(ada);
    expect(keyOf(inboundRow(of(home), 'd', { conversation_type: 'group', conversation_key: 'all' }))).toBe(ada);
    expect(keyOf(inboundRow(of(home), 'e', { user_key: 'bob' }))).not.toBe(ada);
    expect(keyOf(inboundRow(of(home), 'f', { channel_id: 'slack' }))).not.toBe(ada);
    expect(home.ledger.sealMessageError({ id: 'a', channel_id: 'telegram', user_key: 'ada', conversation_key: 'x' }, 'why')).toMatch(
      `v1.${ada}.`,
    );
  });

  it('under the key of the conversation when it is nobody’s', () => {
    const group = keyOf(outboundRow(of(home), 'a', { user_key: null, conversation_key: 'all' }));
    expect(keyOf(inboundRow(of(home), 'b', { user_key: null, conversation_key: 'all', type: 'system' }))).toBe(group);
    expect(keyOf(outboundRow(of(home), 'c', { user_key: null, conversation_key: 'others' }))).not.toBe(group);
  });

  it('raw events under the key of the day, which changes at midnight and stands when the host starts again', async () => {
    const sealed = (id: string) => keyNamedBy(eventRow(of(home), id).request());
    const today = sealed('a');
    await home.ledger.commit({ events: [eventRow(of(home), 'a')] });
    await home.reopen();
    expect(sealed('b')).toBe(today);
    home.clock.advance(86_400_000);
    await home.ledger.commit({});
    expect(sealed('c')).not.toBe(today);
    expect((await home.ledger.waitingEvents('telegram', 0, 10))[0]?.event.body).toBe('{"hello":1}');
  });
});

describe('a key', () => {
  it('is on the disk, wrapped, before the row it sealed, and neither file tells the other’s secret', async () => {
    // Long enough that no random bytes spell it.
    const user_key = 'ada.of.the.analytical.engine';
    await home.ledger.commit({ messages: [inboundRow(of(home), 'm', { user_key })] });
    const [row] = await storedKeys('person');
    expect(keyOf((await home.ledger.messageById('m')) as { content: string })).toBe(row?.key_id);
    expect(row?.wrapped).toMatch(/^v1\.[0-9a-f]{8}\./);
    expect(row?.subject).not.toContain(user_key);
    expect(statSync(path.join(home.keys_dir, 'keys.db')).mode & 0o777).toBe(0o600);
    await home.shut();
    expect(readFileSync(home.db_file).includes('hello')).toBe(false);
    expect(readFileSync(path.join(home.keys_dir, 'keys.db')).includes(user_key)).toBe(false);
    await home.open();
  });

  it('that cannot be written keeps its row from being written', async () => {
    await home.keyring.close();
    const made = inboundRow(of(home), 'm', { user_key: 'a stranger' });
    await expect(home.ledger.commit({ messages: [made] })).rejects.toThrow();
    expect(await home.ledger.messageById('m')).toBeUndefined();
    await home.database.close();
    await home.open();
  });

  it('is one for each person, also after a restart', async () => {
    const ada = await home.people.resolve('telegram', 'ada');
    await home.ledger.commit({ persons: ada?.added ? [ada.added] : [], messages: [inboundRow(of(home), 'a')] });
    await home.reopen();
    await home.people.resolve('telegram', 'ada');
    await home.ledger.commit({ messages: [inboundRow(of(home), 'b'), outboundRow(of(home), 'c')] });
    expect(await storedKeys('person')).toHaveLength(1);
    expect([await textOf('a'), await textOf('b'), await textOf('c')]).toEqual(['hello', 'hello', 'hello back']);
  });

  it('costs a known person no write, and a burst of new people one', async () => {
    const before = (await storedKeys()).length;
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        home.ledger.commit({ messages: [inboundRow(of(home), `m${index}`, { user_key: `u${index}` })] }),
      ),
    );
    expect((await storedKeys()).length).toBe(before + 50);
    await home.ledger.commit({ messages: [inboundRow(of(home), 'again', { user_key: 'u1' })] });
    expect((await storedKeys()).length).toBe(before + 50);
  });

  it('of the host opens what it sealed when it still stood for all', async () => {
    const key = Buffer.from(readFileSync(path.join(home.keys_dir, 'host.key'), 'utf8').trim(), 'base64');
    const before = createLedger({ database: home.database, keys: oneKey(createSeal(key)) });
    await before.commit({ messages: [inboundRow({ ...of(home), ledger: before }, 'old')], sessions: [sessionRow('s')] });
    expect(await textOf('old')).toBe('hello');
  });
});

describe('the keys of a database', () => {
  it.each(['missing', 'of another home'])('that are %s stop the start, and say how to mend it', async (how) => {
    await home.ledger.commit({ messages: [inboundRow(of(home), 'm')] });
    await home.shut();
    const file = path.join(home.keys_dir, 'keys.db');
    renameSync(file, `${file}.kept`);
    if (how === 'of another home') {
      const other = await openKeyedLedger();
      await other.shut();
      renameSync(path.join(other.keys_dir, 'keys.db'), file);
      rmSync(other.dir, { recursive: true });
    }
    await expect(home.open()).rejects.toMatchObject({ code: 'KEY_MISMATCH', hint: expect.stringContaining('store/keys') });
    rmSync(file);
    expect(existsSync(`${file}-wal`)).toBe(false);
    renameSync(`${file}.kept`, file);
    await home.open();
    expect(await textOf('m')).toBe('hello');
  });

  it('are asked for before a value is opened: what was not loaded is a defect, not an empty text', async () => {
    await home.ledger.commit({ messages: [inboundRow(of(home), 'm')] });
    await home.reopen();
    const db = await openConnection(home.db_file, { readonly: true });
    const row = await db.get<Parameters<typeof home.ledger.inboundMessage>[0]>('SELECT * FROM messages');
    await db.close();
    expect(() => home.ledger.inboundMessage(row as never)).toThrow('was not loaded');
    await home.ledger.loadKeys([row?.content ?? null]);
    expect(home.ledger.inboundMessage(row as never).text).toBe('hello');
  });
});

it('the memory of keys is bounded and keeps those used last', () => {
  const recent = createRecent<number>(4);
  for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    recent.set(name, index);
    recent.get('a');
  }
  expect(recent.get('a')).toBe(0);
  for (const name of ['f', 'g', 'h', 'i', 'j', 'k', 'l']) recent.set(name, 9);
  expect(['a', 'b', 'c', 'l'].map((name) => recent.has(name))).toEqual([false, false, false, true]);
  expect(recent.values().length).toBeLessThanOrEqual(5);
});
