import { afterEach, expect, it, vi } from 'vitest';
import { ask } from '../../../../host/console/page/api/ask.ts';

afterEach(() => void vi.unstubAllGlobals());

const answering = (status: number, type: string, body: object) =>
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status, headers: { 'content-type': type } }));

it('a refusal whose body is the answer is one only when it is told to be, and no problem', async () => {
  answering(403, 'application/json; charset=utf-8', { status: 'denied' });
  expect(await ask('/x', { told: [403] })).toEqual({ ok: true, status: 403, value: { status: 'denied' } });
  expect(await ask('/x', { told: [400] })).toMatchObject({ ok: false, failure: { status: 403 } });
  expect(await ask('/x')).toMatchObject({ ok: false, failure: { status: 403 } });
  answering(403, 'application/problem+json; charset=utf-8', { detail: 'No.', hint: 'Ask.', code: 'FORBIDDEN' });
  expect(await ask('/x', { told: [403] })).toEqual({ ok: false, failure: { status: 403, code: 'FORBIDDEN', detail: 'No.', hint: 'Ask.' } });
});
