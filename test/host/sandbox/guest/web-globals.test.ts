/** The globals that stand in for the web's: behaviour, and where Node has the same, the same as Node's. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../host/sandbox/confined.ts';
import { createAbortController } from '../../../../host/sandbox/guest/globals/abort-controller.ts';
import { createAbortSignal } from '../../../../host/sandbox/guest/globals/abort-signal.ts';
import { Headers as OurHeaders } from '../../../../host/sandbox/guest/globals/headers.ts';
import { Response as OurResponse } from '../../../../host/sandbox/guest/globals/response.ts';
import { adapterWith, useSandbox } from '../fixture.ts';

const { start } = useSandbox();

const value = async (body: string, options: Parameters<typeof start>[1] = {}): Promise<Json> => {
  using plugin = await start(adapterWith(body), options);
  const result = await plugin.adapter.call('receive', [null]);
  if (!result.ok) throw new Error(`${result.fault}: ${result.message}`);
  return result.value;
};

const ours = createAbortSignal({ reportUncaught: () => undefined, startTimer: () => undefined });
const KINDS = [
  ['ours', createAbortController(ours) as unknown as typeof AbortController, ours.AbortSignal as unknown as typeof AbortSignal],
  ['Node’s', AbortController, AbortSignal],
] as const;

describe.each(KINDS)('an AbortSignal of %s kind', (_, Controller, Signal) => {
  it('is aborted once, with its reason, and tells its listeners in order', () => {
    const controller = new Controller();
    const { signal } = controller;
    const seen: unknown[] = [];
    const removed = () => seen.push('removed');
    signal.onabort = (event) => seen.push(['onabort', event.type, event.target === signal]);
    signal.addEventListener('abort', removed);
    signal.addEventListener('abort', { handleEvent: () => seen.push('object') });
    signal.addEventListener('abort', () => seen.push('once'), { once: true });
    signal.removeEventListener('abort', removed);
    expect(() => signal.throwIfAborted()).not.toThrow();
    controller.abort('why');
    controller.abort('again');
    expect([signal.aborted, signal.reason]).toEqual([true, 'why']);
    expect(seen).toEqual([['onabort', 'abort', true], 'object', 'once']);
    expect(() => signal.throwIfAborted()).toThrow('why');
  });

  it('has an AbortError when nothing else was given', () => {
    const controller = new Controller();
    controller.abort();
    expect(controller.signal.reason).toMatchObject({ name: 'AbortError' });
    expect(Signal.abort().reason).toMatchObject({ name: 'AbortError' });
    expect(Signal.abort(7).reason).toBe(7);
  });

  it('follows any of several', () => {
    const [one, other] = [new Controller(), new Controller()];
    const any = Signal.any([one.signal, other.signal]);
    const chained = Signal.any([any]);
    expect(any.aborted).toBe(false);
    other.abort('second');
    expect([any.reason, chained.reason, one.signal.aborted]).toEqual(['second', 'second', false]);
    expect(Signal.any([Signal.abort('before')]).reason).toBe('before');
  });

  it('is not made by hand', () => {
    expect(() => Reflect.construct(Signal, [])).toThrow(TypeError);
  });
});

describe('our AbortSignal', () => {
  it('calls the other listeners when one throws, and reports it', () => {
    const uncaught: unknown[] = [];
    const Controller = createAbortController(
      createAbortSignal({ reportUncaught: (error) => uncaught.push(error), startTimer: () => undefined }),
    );
    const { signal, abort } = ((controller) => ({ signal: controller.signal, abort: () => controller.abort() }))(new Controller());
    let called = false;
    signal.addEventListener('abort', () => {
      throw new Error('in a listener');
    });
    signal.addEventListener('abort', () => {
      called = true;
    });
    abort();
    expect([called, uncaught]).toEqual([true, [new Error('in a listener')]]);
  });
});

describe('AbortSignal.timeout', () => {
  it('aborts when its time is over', async () => {
    const body = `const signal = AbortSignal.timeout(5);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return [signal.aborted, signal.reason.name];`;
    expect(await value(body)).toEqual([true, 'TimeoutError']);
  });

  it('says what is missing without the permission', async () => {
    expect(await value('try { AbortSignal.timeout(5); } catch (e) { return [e.code, e.message]; }', { granted: [] })).toEqual([
      'CAPABILITY_DENIED',
      expect.stringContaining('timers'),
    ]);
  });
});

const HEADER_STEPS: [string, (headers: Headers) => unknown][] = [
  ['append', (headers) => headers.append('X-A', ' 2\t')],
  ['get', (headers) => headers.get('x-a')],
  ['set', (headers) => headers.set('B', 'ü')],
  ['has', (headers) => [headers.has('b'), headers.has('c')]],
  ['cookies', (headers) => [headers.append('set-cookie', 'a=1, 2'), headers.append('Set-Cookie', 'b=2'), headers.getSetCookie()]],
  ['entries', (headers) => [...headers]],
  ['keys and values', (headers) => [[...headers.keys()], [...headers.values()]]],
  ['delete', (headers) => [headers.delete('X-a'), [...headers]]],
  ['a bad name', (headers) => headers.append('a b', '1')],
  ['a line break', (headers) => headers.append('a', '1\r\nb: 2')],
  ['NUL', (headers) => headers.set('a', '1\u0000')],
  ['a wide character', (headers) => headers.set('a', '€')],
];

describe('Headers', () => {
  it('do what Node’s do, step by step', () => {
    const [ours, theirs] = [new OurHeaders({ 'x-a': '1' }) as unknown as Headers, new Headers({ 'x-a': '1' })];
    for (const [name, step] of HEADER_STEPS) {
      const outcome = (headers: Headers): unknown => {
        try {
          return step(headers);
        } catch (error) {
          return (error as Error).name;
        }
      };
      expect([name, outcome(ours)]).toEqual([name, outcome(theirs)]);
    }
  });

  it('take records, pairs and other Headers', () => {
    expect([
      ...new OurHeaders([
        ['B', '1'],
        ['a', '2'],
        ['b', '3'],
      ]),
    ]).toEqual([
      ['a', '2'],
      ['b', '1, 3'],
    ]);
    expect([...new OurHeaders(new OurHeaders({ C: '1' }))]).toEqual([['c', '1']]);
    expect(() => new OurHeaders([['a']] as never)).toThrow(TypeError);
    expect(() => new OurHeaders('a: b' as never)).toThrow(TypeError);
  });
});

describe.each([
  ['ours', OurResponse as unknown as typeof Response],
  ['Node’s', Response],
])('a Response of %s kind', (_, Kind) => {
  it('holds a text and says what it is', async () => {
    const response = new Kind('grüße', { status: 201, statusText: 'Made', headers: { 'x-a': '1' } });
    expect([response.status, response.ok, response.statusText, response.headers.get('x-a')]).toEqual([201, true, 'Made', '1']);
    expect(response.headers.get('content-type')).toBe('text/plain;charset=UTF-8');
    const clone = response.clone();
    expect([await response.text(), response.bodyUsed]).toEqual(['grüße', true]);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(() => response.clone()).toThrow(TypeError);
    expect(new Uint8Array(await clone.arrayBuffer())).toEqual(new TextEncoder().encode('grüße'));
  });

  it('reads and writes JSON', async () => {
    expect(await new Kind('{"a":[1]}').json()).toEqual({ a: [1] });
    await expect(new Kind('{').json()).rejects.toThrow(SyntaxError);
    const response = Kind.json({ a: 1 }, { status: 404 });
    expect([response.ok, response.headers.get('content-type'), await response.text()]).toEqual([false, 'application/json', '{"a":1}']);
    expect(() => Kind.json(undefined)).toThrow(TypeError);
  });

  it('takes bytes and parameters, and refuses what cannot be', async () => {
    expect(await new Kind(new TextEncoder().encode('ab')).text()).toBe('ab');
    expect(await new Kind(new URLSearchParams('a=1 2').toString()).text()).toBe('a=1+2');
    expect(await new Kind(null, { status: 204 }).text()).toBe('');
    expect(() => new Kind('x', { status: 204 })).toThrow(TypeError);
    expect(() => new Kind('x', { status: 99 })).toThrow(RangeError);
    expect(() => new Kind('x', { headers: { a: 'b\nc' } })).toThrow(TypeError);
  });
});

describe('inside the realm', () => {
  it('each global bears its name and its methods work on hardened ground', async () => {
    const body = `const url = new URL('/x?a=1', 'https://h.example'); url.searchParams.set('b', '2');
      const response = Response.json({ a: 1 });
      class Own extends URL { get first() { return this.searchParams.get('a'); } }
      return [[URL, URLSearchParams, Headers, Response, AbortController, AbortSignal, TextEncoder, TextDecoder].map((C) => C.name), url.href,
        await response.json(), new Headers({ a: '1' }).get('A'), new AbortController().signal instanceof AbortSignal, new Own('http://h?a=9').first,
        new TextDecoder().decode(await new Response('ü').bytes()), await new Response(new URLSearchParams({ a: '1 2' })).text()];`;
    expect(await value(body)).toEqual([
      ['URL', 'URLSearchParams', 'Headers', 'Response', 'AbortController', 'AbortSignal', 'TextEncoder', 'TextDecoder'],
      'https://h.example/x?a=1&b=2',
      { a: 1 },
      '1',
      true,
      '9',
      'ü',
      'a=1+2',
    ]);
  });

  it('crypto fills arrays of integers with random bytes, up to 65,536 at once', async () => {
    const body = `const a = new Uint8Array(3000); const same = crypto.getRandomValues(a) === a;
      const b = new Uint32Array(4); crypto.getRandomValues(b.subarray(1, 3));
      const bad = [new Float64Array(2), new DataView(new ArrayBuffer(2)), [1], null, new Uint8Array(65537)].map((x) => { try { crypto.getRandomValues(x); return 'taken'; } catch (e) { return e.name; } });
      return [same, new Set(a).size > 200, a.slice(2000).some((n) => n > 0), b[0] === 0 && b[3] === 0, bad, crypto.randomUUID()];`;
    expect(await value(body)).toEqual([
      true,
      true,
      true,
      true,
      ['TypeError', 'TypeError', 'TypeError', 'TypeError', 'QuotaExceededError'],
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    ]);
  });
});
