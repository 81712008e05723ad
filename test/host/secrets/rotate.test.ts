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

  it('takes what plugins keep and requests for consent over to the new one, also what two changes before had left', async () => {
    const storage = () => ledgerStorage(home.ledger);
    const keys = Array.from({ length: 450 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    const write = (channel: string, names: readonly string[]) =>
      storage().write(
        channel,
        names.map((key) => ({ key, value: storage().seal(`of ${key}`, channel, key), bytes: 8 })),
      );
    await write('telegram', keys);
    await write('slack', ['a']);
    await home.ledger.commit({
      approvals: ['one', 'two'].map((id) => ({
        id,
        kind: 'k',
        request: home.ledger.sealText(`asked ${id}`, 'approvals', id, 'request'),
        request_hash: 'h',
        requested_by: 'op',
        requested_at: 1,
        expires_at: 2,
      })),
    });
    // The process ends before anything went over; a value that nobody can open stays, and is in nobody's way.
    await expect(rotate(null, 'rotate.committed')).rejects.toBe(CRASH);
    await home.reopen();
    await storage().write('telegram', [{ key: 'k100', value: 'v1.unknown.abc', bytes: 8 }]);
    expect(await rotate()).toMatchObject({ stored_values_sealed: 450, approvals_sealed: 2 });
    await home.reopen();
    const current = home.keyring.host_key_id();
    const rows = await home.database.reader.all<{ channel_id: string; key: string; value: string }>('SELECT * FROM plugin_storage');
    expect(rows).toHaveLength(451);
    for (const { channel_id, key, value } of rows) {
      if (key === 'k100') expect(value).toBe('v1.unknown.abc');
      else expect([value.split('.')[1], storage().open(value, channel_id, key)]).toEqual([current, `of ${key}`]);
    }
    const approvals = await home.database.reader.all<{ id: string; request: string }>('SELECT id, request FROM approvals');
    for (const { id, request } of approvals)
      expect([request.split('.')[1], home.ledger.openText(request, 'approvals', id, 'request')]).toEqual([current, `asked ${id}`]);
    expect((await rotate()).stored_values_sealed).toBe(450);
  });

  it('takes evidence without a session over, what was asked and what came back, more than one page of it', async () => {
    const owner = { channel_id: '', conversation_key: '', user_key: null };
    const ids = Array.from({ length: 13 }, (_, index) => `e${String(index).padStart(2, '0')}`);
    await home.ledger.commit({
      evidence: ids.map((id) => ({
        ...owner,
        id,
        request_id: id,
        connector_id: 'c',
        operation: 'o',
        effect: 'read',
        caller_kind: 'api',
        actor: 'token:t',
        person_id: null,
        session_id: null,
        message_id: null,
        approval_id: null,
        idempotency_key: null,
        state: 'success',
        rule: 'default',
        code: null,
        counted: 1,
        request_hash: 'h',
        result_hash: null,
        request: home.ledger.sealEvidence({ id, ...owner }, 'request', `asked ${id}`),
        result: home.ledger.sealEvidence({ id, ...owner }, 'result', `got ${id}`),
        requested_at: 1,
        started_at: 1,
        finished_at: 1,
      })),
    });
    expect((await rotate()).evidence_sealed).toBe(26);
    await home.reopen();
    const current = home.keyring.host_key_id();
    for (const id of ids) {
      const row = await home.ledger.evidenceById(id);
      expect([row?.request?.split('.')[1], row?.result?.split('.')[1]]).toEqual([current, current]);
      expect(row && [home.ledger.openEvidence(row, 'request'), home.ledger.openEvidence(row, 'result')]).toEqual([
        `asked ${id}`,
        `got ${id}`,
      ]);
    }
  });

  it('leaves what a plugin writes meanwhile as the plugin wrote it', async () => {
    const storage = ledgerStorage(home.ledger);
    const old = storage.seal('old', 'telegram', 'offset');
    await storage.write('telegram', [{ key: 'offset', value: old, bytes: 8 }]);
    const value = storage.seal('new', 'telegram', 'offset');
    await storage.write('telegram', [{ key: 'offset', value, bytes: 8 }]);
    const late = { table: 'plugin_storage', row: ['telegram', 'offset'], was: old, sealed: 'v1.x.late' } as const;
    await home.ledger.commit({ resealed_values: [late] });
    expect((await storage.read('telegram', [{ key: 'offset', wanted: true }]))[0]?.value).toBe(value);
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
