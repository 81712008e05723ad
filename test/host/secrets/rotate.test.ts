import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../host/db/connection.ts';
import { ledgerStorage } from '../../../host/ledger/plugin-storage.ts';
import { rotateHostKey } from '../../../host/secrets/rotate.ts';
import { keyId } from '../../../host/secrets/seal.ts';
import { inboundRow } from '../ledger/fixture.ts';
import { type KeyedLedger, openKeyedLedger } from './keyed-ledger.ts';

const CRASH = new Error('the process ends here');
const POINTS = ['rotate.written', 'rotate.wrapped', 'rotate.committed'] as const;

let home: KeyedLedger;
afterEach(() => home.close());

const keyFile = () => Buffer.from(readFileSync(path.join(home.keys_dir, 'host.key'), 'utf8').trim(), 'base64');
const fill = async () => {
  const { ledger } = home;
  await ledger.commit({
    messages: [inboundRow(home as never, 'm'), inboundRow(home as never, 'n', { user_key: 'bob', text: 'from bob' })],
    plugins: [
      {
        kind: 'channel',
        id: 'telegram',
        enabled: 1,
        digest: null,
        grants: null,
        approved_by: null,
        approved_at: null,
        config: ledger.sealText('{"webhook_secret":"s"}', 'channels', 'telegram', 'config'),
        ran: 0,
      },
    ],
  });
};
const rotate = (given: Buffer | null = null, dies_at?: string) =>
  rotateHostKey(
    {
      ledger: home.ledger,
      keyring: home.keyring,
      keys_dir: home.keys_dir,
      key_is_given: home.master_key !== null,
      now: home.clock.now,
      copyKeys: async () => ({ written: [], failed: [] }),
      probe(point) {
        if (point === dies_at) throw CRASH;
      },
    },
    given,
    'cli:ada',
  );
const readable = async () => {
  const rows = await home.ledger.listMessages({ limit: 10 });
  const [plugin] = await home.ledger.plugins();
  return [
    ...rows.map((row) => home.ledger.inboundMessage(row).text),
    home.ledger.openText(plugin?.config ?? '', 'channels', 'telegram', 'config'),
  ];
};
const ALL = ['from bob', 'hello', '{"webhook_secret":"s"}'];
const wrappedBy = async () => {
  const db = await openConnection(path.join(home.keys_dir, 'keys.db'), { readonly: true });
  const rows = await db.all<{ by: string }>('SELECT DISTINCT substr(wrapped, 4, 8) AS by FROM keys');
  await db.close();
  return rows.map(({ by }) => by);
};

describe('a host key of the home', () => {
  beforeEach(async () => {
    home = await openKeyedLedger();
    await fill();
  });

  it('is followed by a new one: every wrapped key and sealed configuration goes over, content stays as it is', async () => {
    const before = keyFile();
    const content = (await home.ledger.messageById('m'))?.content;
    const rotation = await rotate();
    expect(rotation).toMatchObject({ former_key_id: keyId(before), configurations_sealed: 1, next_step: null });
    expect(rotation.keys_wrapped).toBeGreaterThanOrEqual(3);
    expect(keyFile()).not.toEqual(before);
    expect(rotation.key_id).toBe(keyId(keyFile()));
    expect(await wrappedBy()).toEqual([rotation.key_id]);
    expect((await home.ledger.messageById('m'))?.content).toBe(content);
    expect(await readable()).toEqual(ALL);
    await home.reopen();
    expect(await readable()).toEqual(ALL);
    expect((await home.ledger.plugins())[0]?.config).toMatch(`v1.${rotation.key_id}.`);
    expect(readdirSync(home.keys_dir).sort()).toEqual(['host.key', 'keys.db', 'keys.db-shm', 'keys.db-wal']);
  });

  it('opens what it sealed also after two more changes, and is named in the trail by its name only', async () => {
    const value = home.ledger.sealText('kept', 't', 'r', 'c');
    await rotate();
    await rotate();
    await home.reopen();
    await home.ledger.loadKeys([value]);
    expect(home.ledger.openText(value, 't', 'r', 'c')).toBe('kept');
    const audit = await home.ledger.auditOf(['host_key']);
    expect(audit.map(({ actor, action }) => [actor, action])).toEqual([
      ['cli:ada', 'secrets.rotated'],
      ['cli:ada', 'secrets.rotated'],
    ]);
  });

  it('still opens what plugins keep once a new one is in force', async () => {
    const storage = () => ledgerStorage(home.ledger);
    const kept = async () => (await storage().read('telegram', [{ key: 'offset', wanted: true }])).map(({ value }) => value);
    const value = storage().seal('42', 'telegram', 'offset');
    await storage().write('telegram', [{ key: 'offset', value, bytes: 8 }]);
    await rotate();
    expect((await kept()).map((sealed) => storage().open(sealed ?? '', 'telegram', 'offset'))).toEqual(['42']);
    await home.reopen();
    expect((await kept()).map((sealed) => storage().open(sealed ?? '', 'telegram', 'offset'))).toEqual(['42']);
  });

  it.each(POINTS)('is in force, or the new one is, when the process dies at %s', async (point) => {
    const before = keyFile();
    await expect(rotate(null, point)).rejects.toBe(CRASH);
    await home.reopen();
    expect(await readable()).toEqual(ALL);
    const committed = point === 'rotate.committed';
    expect(keyFile().equals(before)).toBe(!committed);
    expect(existsSync(path.join(home.keys_dir, 'host.key.next'))).toBe(false);
    expect(await wrappedBy()).toEqual([keyId(keyFile())]);
    // And a further change is possible.
    await rotate();
    await home.reopen();
    expect(await readable()).toEqual(ALL);
  });

  it('stays when the change cannot be written', async () => {
    const before = keyFile();
    const { commit } = home.ledger;
    home.ledger.commit = async () => {
      throw new Error('the disk is full');
    };
    await expect(rotate()).rejects.toThrow('the disk is full');
    home.ledger.commit = commit;
    await home.ledger.commit({ messages: [inboundRow(home as never, 'later', { user_key: 'new', text: 'later' })] });
    await home.reopen();
    expect(keyFile()).toEqual(before);
    expect(await readable()).toEqual(['later', ...ALL]);
  });
});

describe('a host key of the environment', () => {
  const former = randomBytes(32);
  const next = randomBytes(32);
  beforeEach(async () => {
    home = await openKeyedLedger({ master_key: former });
    await fill();
  });

  it('is not changed without the key that follows', async () => {
    await expect(rotate()).rejects.toMatchObject({ code: 'STATE_CONFLICT', hint: expect.stringContaining('--key-file') });
    expect(await wrappedBy()).toEqual([keyId(former)]);
  });

  it('is followed by the given one, and from then on only that one fits', async () => {
    expect(await rotate(next)).toMatchObject({ key_id: keyId(next), next_step: expect.stringContaining('AGENTOS_MASTER_KEY') });
    await home.shut();
    await expect(home.open()).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
    home.master_key = next;
    await home.open();
    expect(await readable()).toEqual(ALL);
    expect(readdirSync(home.keys_dir)).not.toContain('host.key');
    expect(readdirSync(home.keys_dir)).not.toContain('host.key.next');
  });

  it.each(POINTS)('or the given one fits when the process dies at %s', async (point) => {
    await expect(rotate(next, point)).rejects.toBe(CRASH);
    await home.shut();
    const fits = point === 'rotate.committed' ? next : former;
    home.master_key = fits === next ? former : next;
    await expect(home.open()).rejects.toMatchObject({ code: 'KEY_MISMATCH' });
    home.master_key = fits;
    await home.open();
    expect(await readable()).toEqual(ALL);
    expect(await wrappedBy()).toEqual([keyId(fits)]);
  });
});
