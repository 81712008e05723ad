import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../host/db/connection.ts';
import { openHostKey } from '../../../host/secrets/host-key.ts';
import { createSeal, keyId } from '../../../host/secrets/seal.ts';
import { eventRow, inboundRow, openTestLedger, type TestLedger } from '../ledger/fixture.ts';

const PLACE = { table: 't', row: 'r', column: 'c' };

let home: TestLedger;
let keys_dir: string;
beforeEach(async () => {
  home = await openTestLedger();
  keys_dir = path.join(home.dir, 'store', 'keys');
});
afterEach(() => home.close());

const openKey = (master_key: Buffer | null = null) => openHostKey(home.database.reader, { keys_dir, master_key, now: 1 });
/** Opens the key as the host does: the check value is written. */
const settle = async (master_key: Buffer | null = null) => {
  const key = await openKey(master_key);
  if (key.key_check) await home.database.writer.commit({ settings: [key.key_check] });
  return key;
};

describe('the key of an empty database', () => {
  it('is made once, in a file that only its owner can read, and found again', async () => {
    const first = await settle();
    const second = await openKey();
    expect(second.key_check).toBeNull();
    expect(second.seal.open(first.seal.seal('text', PLACE), PLACE)).toBe('text');
    expect(statSync(keys_dir).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(keys_dir, 'host.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(keys_dir)).toEqual(['host.key']);
    expect(Buffer.from(readFileSync(path.join(keys_dir, 'host.key'), 'utf8'), 'base64')).toHaveLength(32);
  });

  it('is the master key of the environment when there is one, and no file is made', async () => {
    const master = randomBytes(32);
    expect((await settle(master)).seal.key_id).toBe(keyId(master));
    expect(existsSync(keys_dir)).toBe(false);
    await expect(openKey(randomBytes(32))).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
    expect((await openKey(master)).key_check).toBeNull();
  });

  it('is made although a crash left an unfinished file behind', async () => {
    mkdirSync(keys_dir, { recursive: true });
    writeFileSync(path.join(keys_dir, 'host.key.new'), 'half of a k');
    await settle();
    expect(readdirSync(keys_dir)).toEqual(['host.key']);
  });

  it('is the one of the file when the host died before it wrote the check value', async () => {
    const { seal } = await openKey();
    expect((await settle()).seal.key_id).toBe(seal.key_id);
  });
});

describe('a key that does not fit', () => {
  it('stops the start, names both keys and says how to mend it', async () => {
    const { seal } = await settle();
    const other = randomBytes(32);
    await expect(openKey(other)).rejects.toMatchObject({
      code: 'KEY_MISMATCH',
      message: expect.stringMatching(new RegExp(`${seal.key_id}.*${keyId(other)}`)),
      hint: expect.stringMatching(/host\.key.*AGENTOS_MASTER_KEY/),
    });
  });

  it('stops the start when the file is gone, and makes no new one', async () => {
    const { seal } = await settle(randomBytes(32));
    await expect(openKey()).rejects.toMatchObject({ code: 'KEY_MISMATCH', message: expect.stringContaining(seal.key_id) });
    expect(existsSync(keys_dir)).toBe(false);
  });

  it.each(['', 'not base64 of 32 bytes', Buffer.alloc(31).toString('base64')])(
    'stops the start when the file holds %j',
    async (content) => {
      mkdirSync(keys_dir, { recursive: true });
      writeFileSync(path.join(keys_dir, 'host.key'), content);
      await expect(openKey()).rejects.toMatchObject({ code: 'KEY_MISMATCH', message: expect.stringContaining('host.key') });
      expect(readFileSync(path.join(keys_dir, 'host.key'), 'utf8')).toBe(content);
    },
  );

  it('stops the start when the check value was moved or changed', async () => {
    const master = randomBytes(32);
    await settle(master);
    const db = await openConnection(home.file);
    await db.exec(`UPDATE settings SET value = '${createSeal(master).seal('fits', PLACE)}' WHERE name = 'key_check'`);
    await db.close();
    await expect(openKey(master)).rejects.toMatchObject({ code: 'KEY_MISMATCH', message: expect.stringContaining('check value') });
  });

  it.each(['message', 'event'])('stops the start when the check value is gone and a sealed %s is there', async (what) => {
    await home.ledger.commit(what === 'message' ? { messages: [inboundRow(home, 'm')] } : { events: [eventRow(home, 'e')] });
    await expect(openKey()).rejects.toMatchObject({ code: 'KEY_MISMATCH', message: expect.stringContaining(home.seal.key_id) });
    await expect(openKey(randomBytes(32))).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
    expect(existsSync(keys_dir)).toBe(false);
    expect((await openKey(Buffer.alloc(32, 7))).key_check).toMatchObject({ name: 'key_check' });
  });
});
