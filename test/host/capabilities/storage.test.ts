import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPluginStorage } from '../../../host/capabilities/storage.ts';
import { ledgerStorage } from '../../../host/ledger/plugin-storage.ts';
import type { CapabilityHandler, Json } from '../../../host/sandbox/confined.ts';
import { openTestLedger, type TestLedger } from '../ledger/fixture.ts';
import { adapterWith, useSandbox } from '../sandbox/fixture.ts';

const { start } = useSandbox();
const QUOTA = 1_000;
let home: TestLedger;
let batches = 0;
beforeAll(async () => {
  home = await openTestLedger({ on_batch: () => batches++ });
});
afterAll(() => home.close());

const storageOf = () => createPluginStorage(ledgerStorage(home.ledger));
const rows = () =>
  home.database.reader.all<{ channel_id: string; key: string; value: string; bytes: number }>('SELECT * FROM plugin_storage');

/** Runs a body with `s`, the storage of a channel, in a real worker. */
const run = async (body: string, capability: CapabilityHandler = storageOf().capability('mine', QUOTA)): Promise<Json> => {
  const granted = ['storage'];
  const handlers = { storage: capability, emit: async () => null };
  using plugin = await start(adapterWith(`const s = context.storage; ${body}`), { granted, handlers });
  const result = await plugin.adapter.call('receive', [null]);
  if (!result.ok) throw new Error(`${result.fault}: ${result.message}`);
  return result.value;
};
const CODE = 'const code = (p) => p.then(() => "taken", (e) => e.code);';
const empty = 'for (const key of (await s.list({ limit: 500 })).keys) await s.delete(key);';

describe('storage', () => {
  it('keeps JSON values under keys, and says undefined where there is none', async () => {
    const body = `await s.set('a', { n: [1, null, 'ü'] }); await s.set('b', 0); await s.set('a', [true]);
      await s.delete('never there');
      return [await s.get('a'), await s.get('b'), await s.get('c') === undefined, await s.list()];`;
    expect(await run(body)).toEqual([[true], 0, true, { keys: ['a', 'b'], next_cursor: null }]);
  });

  it('survives a restart, and a deleted value is gone from the database', async () => {
    await run(`${empty} await s.set('stays', 'kept'); await s.set('goes', 'the value that goes'); await s.delete('goes');`);
    await home.reopen();
    expect(await run('return [await s.get("stays"), await s.get("goes") === undefined, (await s.list()).keys];')).toEqual([
      'kept',
      true,
      ['stays'],
    ]);
    expect((await rows()).map(({ key }) => key)).toEqual(['stays']);
  });

  it('is sealed: neither the database file nor the row shows a value', async () => {
    await run(`${empty} await s.set('note', 'a sentence that nobody may read');`);
    const [row] = await rows();
    expect(row).toMatchObject({ key: 'note', value: expect.stringMatching(/^v1\./), bytes: 4 + 33 });
    await home.reopen();
    expect(readFileSync(home.file).includes('a sentence that nobody may read')).toBe(false);
  });

  it('refuses a value that was moved to another key', async () => {
    await run(`${empty} await s.set('one', 1); await s.set('two', 2);`);
    const { value } = (await rows()).find(({ key }) => key === 'one') as { value: string };
    await home.ledger.commit({ storage: [{ channel_id: 'mine', key: 'two', value, bytes: 4 }] });
    expect(await run(`${CODE} return [await code(s.get('two')), await s.get('one')];`)).toEqual(['INTERNAL', 1]);
  });

  it('is another for each channel', async () => {
    const both = storageOf();
    await run(`${empty} await s.set('k', 'mine');`, both.capability('mine', QUOTA));
    const theirs = both.capability('theirs', QUOTA);
    expect(
      await run('return [await s.get("k") === undefined, (await s.list()).keys, await s.set("k", "theirs"), await s.get("k")];', theirs),
    ).toEqual([true, [], null, 'theirs']);
    await run('await s.delete("k");', theirs);
    expect(await run('return s.get("k");', both.capability('mine', QUOTA))).toBe('mine');
  });

  it('lists keys by prefix, in pages', async () => {
    const body = `${empty}
      for (const key of ['a', 'b/1', 'b/2', 'b/ü', 'b/\u{10ffff}', 'b0', 'c']) await s.set(key, 1);
      const first = await s.list({ prefix: 'b/', limit: 2 });
      const second = await s.list({ prefix: 'b/', limit: 2, cursor: first.next_cursor });
      return [first, second, (await s.list({ prefix: 'b/' })).keys.length, (await s.list({ prefix: 'x' })).keys];`;
    expect(await run(body)).toEqual([
      { keys: ['b/1', 'b/2'], next_cursor: 'b/2' },
      { keys: ['b/ü', 'b/\u{10ffff}'], next_cursor: null },
      4,
      [],
    ]);
  });

  it('refuses keys, values and pages that are none', async () => {
    const body = `${CODE} const codes = [];
      for (const key of ['', 'x'.repeat(256), 7, null, undefined, 'a\\u0000b', '\\ud800', {}]) codes.push(await code(s.get(key)), await code(s.set(key, 1)));
      codes.push(await code(s.set('k', undefined)), await code(s.set('k', () => 1)), await code(s.list({ limit: 0 })), await code(s.list({ limit: 501 })), await code(s.list({ prefix: 5 })));
      return [[...new Set(codes)], await code(s.set('x'.repeat(255), 1))];`;
    expect(await run(body)).toEqual([['INVALID_PARAMS'], 'taken']);
  });

  it('keeps keys of objects that mean something to JavaScript as plain data', async () => {
    const body = `await s.set('proto', JSON.parse('{"__proto__":{"polluted":1},"constructor":2}')); await s.set('__proto__', 'key');
      const value = await s.get('proto');
      return [Object.keys(value), ({}).polluted === undefined, await s.get('__proto__')];`;
    expect(await run(body)).toEqual([['__proto__', 'constructor'], true, 'key']);
  });
});

describe('the quota of a storage', () => {
  it('counts keys and values, says what is used and allowed, and takes nothing of what is too much', async () => {
    const body = `${empty} ${CODE}
      await s.set('k', 'x'.repeat(500));
      let message; try { await s.set('other', 'x'.repeat(500)); } catch (e) { message = e.message; }
      return [message, await s.get('other') === undefined, await code(s.set('rest', 'x'.repeat(491))), await code(s.set('one', 1))];`;
    const [message, ...rest] = (await run(body)) as [string];
    expect(message).toContain('503 of 1000 bytes are used');
    expect(message).toContain('needs 507 more');
    expect(rest).toEqual([true, 'taken', 'STORAGE_FULL']);
    expect((await rows()).filter(({ channel_id }) => channel_id === 'mine').reduce((sum, { bytes }) => sum + bytes, 0)).toBe(1000);
  });

  it('holds when hundreds of values are set at once, and every refused one is told', async () => {
    const body = `${empty}
      const all = await Promise.allSettled(Array.from({ length: 300 }, (_, n) => s.set('key-' + n, 'x'.repeat(40))));
      const refused = all.filter((one) => one.status === 'rejected').map((one) => one.reason.code);
      return [all.length - refused.length, [...new Set(refused)], (await s.list({ limit: 500 })).keys.length];`;
    const [taken, codes, kept] = (await run(body)) as [number, string[], number];
    expect(codes).toEqual(['STORAGE_FULL']);
    expect(kept).toBe(taken);
    const mine = (await rows()).filter(({ channel_id }) => channel_id === 'mine');
    expect(mine).toHaveLength(taken);
    const used = mine.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(used).toBeLessThanOrEqual(QUOTA);
    expect(used).toBeGreaterThan(QUOTA - 50);
  });

  it('is the same for two generations of a channel that run side by side', async () => {
    const both = storageOf();
    const [one, other] = [both.capability('mine', QUOTA), both.capability('mine', QUOTA)];
    await run(empty, one);
    const set = (capability: CapabilityHandler, key: string) =>
      capability({ op: 'set', key, value: JSON.stringify('x'.repeat(600)) }, { call_id: null }).then(
        () => 'taken',
        ({ code }) => code,
      );
    expect(await Promise.all([set(one, 'a'), set(other, 'b')])).toEqual(['taken', 'STORAGE_FULL']);
  });

  it('lets a value shrink and go when it became smaller than what is there', async () => {
    const storage = storageOf();
    await run(`${empty} await s.set('a', 'x'.repeat(300)); await s.set('b', 'x'.repeat(300));`, storage.capability('mine', QUOTA));
    const small = storage.capability('mine', 100);
    expect(
      await run(
        `${CODE} return [await code(s.set('a', 'x')), await code(s.set('c', 1)), await code(s.delete('b')), await code(s.set('c', 1))];`,
        small,
      ),
    ).toEqual(['taken', 'STORAGE_FULL', 'taken', 'taken']);
  });

  it('frees what a commit that failed would have taken', async () => {
    const failing = { fails: true };
    const deps = ledgerStorage(home.ledger);
    const storage = createPluginStorage({
      ...deps,
      write: (channel_id, changes) => (failing.fails ? Promise.reject(new Error('disk full')) : deps.write(channel_id, changes)),
    });
    const set = (key: string) =>
      storage.capability('failing', QUOTA)({ op: 'set', key, value: JSON.stringify('x'.repeat(600)) }, { call_id: null });
    await expect(set('a')).rejects.toThrow('disk full');
    failing.fails = false;
    expect(await set('b')).toBeNull();
  });
});

describe('what is asked at the same time', () => {
  it('takes effect in order, reads included, and is written in few commits', async () => {
    await run(empty);
    const before = batches;
    const body = `const all = [s.set('n', 1), s.get('n'), s.set('n', 2), s.get('n'), s.delete('n'), s.get('n'), s.set('n', 3), s.list()];
      const values = await Promise.all(all);
      return [values[1], values[3], values[5] === undefined, values[7].keys, await s.get('n')];`;
    expect(await run(body)).toEqual([1, 2, true, ['n'], 3]);
    expect(batches - before).toBeLessThanOrEqual(2);
  });
});
