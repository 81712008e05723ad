/** What a test context grants behaves as what the host grants. */
import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ChannelAdapter, PluginContext, PluginStorage, PluginTimers } from '../../../plugins/sdk/index.ts';
import { createTestContext } from '../../../plugins/sdk/testing.ts';
import { outbound } from '../granted-context.ts';

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: { code?: string }) => error.code,
  );

it('grants nothing that the test did not name', () => {
  const { context } = createTestContext();
  expect(Object.keys(context).sort()).toEqual(['channel_id', 'clock', 'config', 'crypto', 'emit', 'log']);
  expect(Object.keys(context.crypto).sort()).toEqual(['hash', 'random', 'uuid']);
});

describe('the clock of a test', () => {
  const open = () => {
    const test = createTestContext({ timers: true, now: () => 1_000 });
    return { ...test, timers: test.context.timers as PluginTimers };
  };

  it('stands until it is moved, and fires timers in order, each at its own time', async () => {
    const { context, clock, timers } = open();
    const fired: [string, number][] = [];
    const note = (name: string) => () => void fired.push([name, context.clock.now()]);
    timers.setTimeout(note('late'), 50);
    timers.setTimeout(note('soon'), 0);
    timers.clearTimeout(timers.setTimeout(note('never'), 10));
    const every = timers.setInterval(note('every'), 20);
    await clock.advance(45);
    timers.clearInterval(every);
    await clock.advance(10);
    expect(fired).toEqual([
      ['soon', 1_004],
      ['every', 1_020],
      ['every', 1_040],
      ['late', 1_050],
    ]);
    expect([context.clock.now(), clock.now()]).toEqual([1_055, 1_055]);
  });

  it('lets what a timer began run before the next one', async () => {
    const { clock, timers } = open();
    const seen: string[] = [];
    timers.setTimeout(async () => {
      await null;
      seen.push('first');
      timers.setTimeout(() => seen.push('chained'), 10);
    }, 10);
    timers.setTimeout(() => seen.push('second'), 30);
    await clock.advance(100);
    expect(seen).toEqual(['first', 'chained', 'second']);
  });

  it('can be set without moving the monotonic time', () => {
    const { context, clock } = open();
    const before = context.clock.monotonic_ms();
    clock.setWall(5_000_000);
    expect([context.clock.now(), context.clock.monotonic_ms()]).toEqual([5_000_000, before]);
  });

  it('refuses the 257th timer, and logs what a callback throws', async () => {
    const { clock, timers, logs } = open();
    timers.setTimeout(() => {
      throw new Error('in a timer');
    }, 5);
    for (let n = 1; n < 256; n++) timers.setTimeout(() => undefined, 1_000);
    expect(() => timers.setTimeout(() => undefined, 5)).toThrow(expect.objectContaining({ code: 'TOO_MANY_TIMERS' }));
    await clock.advance(5);
    expect(logs).toEqual([{ level: 'error', message: 'uncaught in a timer: in a timer', fields: {} }]);
  });
});

describe('the storage of a test', () => {
  const open = (max_bytes = 100) => createTestContext({ storage: { max_bytes } }).context.storage as PluginStorage;

  it('keeps JSON, lists by prefix in pages, and forgets', async () => {
    const storage = open();
    for (const key of ['b/2', 'a', 'b/1', 'b/\u{10ffff}', 'b/\uffff']) await storage.set(key, { key });
    expect(await storage.get('b/1')).toEqual({ key: 'b/1' });
    const page = await storage.list({ prefix: 'b/', limit: 2 });
    expect(page).toEqual({ keys: ['b/1', 'b/2'], next_cursor: 'b/2' });
    expect(await storage.list({ prefix: 'b/', cursor: page.next_cursor as string })).toEqual({
      keys: ['b/\uffff', 'b/\u{10ffff}'],
      next_cursor: null,
    });
    await storage.delete('a');
    expect(await storage.get('a')).toBeUndefined();
  });

  it('has the quota and the refusals of the host', async () => {
    const storage = open(10);
    await storage.set('k', 'x'.repeat(7));
    await expect(storage.set('l', 1)).rejects.toMatchObject({ code: 'STORAGE_FULL', message: expect.stringContaining('10 of 10 bytes') });
    await storage.set('k', 'x');
    await storage.set('l', 1);
    for (const work of [storage.set('', 1), storage.set('x'.repeat(256), 1), storage.set('f', undefined), storage.list({ limit: 501 })]) {
      expect(await codeOf(work)).toBe('INVALID_PARAMS');
    }
  });
});

describe('the keys of a test', () => {
  const pair = generateKeyPairSync('ed25519');
  const secrets = { shared: 'c2VjcmV0', ed: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
  const { context } = createTestContext({ secrets, config: { other: 1 } });
  const crypto = context.crypto as Required<PluginContext['crypto']>;

  it('stand in the configuration as placeholders', () => {
    expect(Object.keys(context.config)).toEqual(['shared', 'ed', 'other']);
    expect(JSON.stringify(context.config)).not.toContain('c2VjcmV0');
  });

  it('compute and sign by name or placeholder, and chain', async () => {
    const expected = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
    const ask = { algorithm: 'sha256', data: 'x' } as const;
    expect(await crypto.hmac({ ...ask, field: 'shared' })).toBe(expected('c2VjcmV0', 'x').toString('hex'));
    expect(await crypto.hmac({ ...ask, field: context.config.shared as string, key_encoding: 'base64', encoding: 'base64' })).toBe(
      expected('secret', 'x').toString('base64'),
    );
    const field = await crypto.hmac({ ...ask, field: 'shared', key_prefix: 'P', encoding: 'opaque' });
    expect(await crypto.hmac({ ...ask, field })).toBe(expected(expected('Pc2VjcmV0', 'x'), 'x').toString('hex'));
    const signature = Buffer.from(await crypto.sign({ field: 'ed', algorithm: 'EdDSA', data: 'x' }), 'base64url');
    expect(verify(null, Buffer.from('x'), createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })), signature)).toBe(true);
  });

  it('refuse what the host refuses', async () => {
    const ask = { algorithm: 'sha256', data: 'x' } as const;
    expect(await codeOf(crypto.hmac({ ...ask, field: 'other' }))).toBe('HMAC_NOT_GRANTED');
    expect(await codeOf(crypto.hmac({ ...ask, field: 'shared', key_encoding: 'hex' }))).toBe('KEY_INVALID');
    expect(await codeOf(crypto.sign({ ...ask, field: 'shared', algorithm: 'RS256' }))).toBe('KEY_INVALID');
  });
});

describe('a scripted fetch', () => {
  const uploader = (context: PluginContext, attachment: string | number): ChannelAdapter => ({
    receive: async () => [],
    async send(message) {
      await context.fetch?.('https://a.example/upload', {
        method: 'POST',
        multipart: [
          { name: 'to', value: message.conversation_key },
          { name: 'file', attachment },
        ],
      });
      return { status: 'sent', platform_message_id: '1' };
    },
  });
  const message = outbound({ attachments: [{ type: 'image', ref: 'r1', url: 'https://files.example/a' }] });

  it('takes attachments of the message that is being sent, and no other', async () => {
    const { context, send, requests } = createTestContext({ fetch: [{}, {}] });
    expect(await send(uploader(context, 'r1'), message)).toMatchObject({ status: 'sent' });
    expect(await send(uploader(context, 0), message)).toMatchObject({ status: 'sent' });
    expect(await codeOf(send(uploader(context, 'r2'), message))).toBe('ATTACHMENT_UNKNOWN');
    expect(await codeOf(uploader(context, 'r1').send(message))).toBe('ATTACHMENT_UNKNOWN');
    expect(requests[0]?.request.multipart?.[1]).toEqual({ name: 'file', attachment: 'r1' });
  });

  it('refuses what the host refuses, and answers bytes in base64', async () => {
    const { context } = createTestContext({ fetch: [{ body: new Uint8Array([255, 0]) }] });
    const fetch = context.fetch as NonNullable<PluginContext['fetch']>;
    const multipart = [{ name: 'a', value: 'b' }];
    for (const request of [
      { method: 'POST', body: 'x', json: 1 },
      { body: 'x' },
      { method: 'POST', multipart, headers: { 'Content-Type': 'x/y' } },
      { method: 'POST', multipart: [{ name: 'a\r\nX: y', value: 'b' }] },
    ] as const) {
      expect(await codeOf(fetch('https://a.example', request as Parameters<typeof fetch>[1]))).toBe('INVALID_PARAMS');
    }
    expect((await fetch('https://a.example', { response: 'base64' })).body).toBe('/wA=');
  });
});
