import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TelegramAdapter } from '../../../plugins/channels/telegram/adapter.ts';
import { createTestContext } from '../../../plugins/sdk/testing.ts';
import { outbound } from '../granted-context.ts';

describe('a test context', () => {
  it('answers in order, keeps what was asked, and says when nothing is left', async () => {
    const { context, requests } = createTestContext({ fetch: [{ status: 201, body: { a: 1 } }, new Error('broken')] });
    expect(await context.fetch?.('https://a.example/1', { method: 'POST', json: 1 })).toMatchObject({ status: 201, body: '{"a":1}' });
    await expect(context.fetch?.('https://a.example/2')).rejects.toThrow('broken');
    await expect(context.fetch?.('https://a.example/3')).rejects.toThrow('https://a.example/3');
    expect(requests).toHaveLength(3);
    expect(requests[0]).toEqual({ url: 'https://a.example/1', request: { method: 'POST', json: 1 } });
  });

  it('hashes as the host does', async () => {
    const { context } = createTestContext();
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(await context.crypto.hash('sha256', 'über', encoding)).toBe(createHash('sha256').update('über').digest(encoding));
    }
  });

  it('keeps logs and emitted events', async () => {
    const { context, logs, emitted } = createTestContext();
    context.log.warn('careful', { a: 1 });
    await context.emit({ event_id: '1', body: '{}' });
    expect({ logs, emitted }).toEqual({
      logs: [{ level: 'warn', message: 'careful', fields: { a: 1 } }],
      emitted: [{ event_id: '1', body: '{}' }],
    });
  });
});

it('an adapter that was not granted the network says so when it needs it', async () => {
  const { context } = createTestContext();
  await expect(new TelegramAdapter(context).send(outbound({ text: 'x' }))).rejects.toMatchObject({ code: 'NETWORK_NOT_GRANTED' });
});
