import { describe, expect, it } from 'vitest';
import { adapterWith, useSandbox } from './fixture.ts';

const { start } = useSandbox();

describe('a call into a confined adapter', () => {
  it('carries JSON in both directions, newlines, surrogates and all', async () => {
    using plugin = await start(adapterWith('return [event];'));
    const event = { text: 'two\nlines "quoted" \u2028 \ud83d\ude00 \ud800', nested: [[{ n: 1.5 }], null, true] };
    expect(await plugin.adapter.call('receive', [event])).toEqual({ ok: true, value: [event] });
  });

  it('keeps what strangers write under the keys of Object.prototype away from the host and the adapter alive', async () => {
    using plugin = await start(adapterWith('return { metadata: event };'));
    const { adapter } = plugin;
    for (const body of ['{"constructor":{"prototype":1}}', '{"__proto__":{"admin":true}}', '{"a":[{"prototype":0}]}']) {
      const result = await adapter.call('receive', [JSON.parse(body)]);
      expect(result).toMatchObject({ ok: false, fault: 'refused', code: 'RESULT_INVALID' });
    }
    expect(await adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
  });

  it('answers many at once, each with its own result', async () => {
    using plugin = await start(adapterWith('if (event % 3 === 0) await null; return event;'));
    const results = await Promise.all(Array.from({ length: 500 }, (_, n) => plugin.adapter.call('receive', [n])));
    expect(results.map((result) => result.ok && result.value)).toEqual(Array.from({ length: 500 }, (_, n) => n));
  });

  it('tells which methods the adapter has, and refuses the others', async () => {
    using plugin = await start('class Adapter { send() { return 1; } get typing() { return 5; } }\nreturn { Adapter };');
    expect([...plugin.adapter.methods]).toEqual(['send']);
    expect(await plugin.adapter.call('receive', [])).toMatchObject({ ok: false, fault: 'refused', code: 'METHOD_MISSING' });
  });

  it('reads what a method returns without promise as its result', async () => {
    using plugin = await start('class Adapter { health() { return 3; } start() {} }\nreturn { Adapter };');
    expect(await plugin.adapter.call('health', [])).toEqual({ ok: true, value: 3 });
    expect(await plugin.adapter.call('start', [])).toEqual({ ok: true, value: null });
  });

  it('refuses what is larger than the channel allows, before it leaves the host', async () => {
    using plugin = await start(adapterWith('return event.length;'), { max_to_plugin: 1000 });
    expect(await plugin.adapter.call('receive', ['x'.repeat(1001)])).toMatchObject({ ok: false, fault: 'refused', code: 'TOO_LARGE' });
    expect(await plugin.adapter.call('receive', ['x'.repeat(900)])).toEqual({ ok: true, value: 900 });
  });

  it('refuses arguments that are not JSON instead of throwing', async () => {
    using plugin = await start(adapterWith('return 1;'));
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    expect(await plugin.adapter.call('receive', [cyclic as never])).toMatchObject({ fault: 'refused', code: 'ARGS_INVALID' });
  });
});

describe('an adapter that throws', () => {
  it.each([
    ['an Error with a code', 'throw Object.assign(new TypeError("no"), { code: "MINE" });', { message: 'no', code: 'MINE' }],
    ['a text', 'throw "plain";', { message: 'thrown: plain' }],
    ['nothing', 'throw undefined;', { message: 'thrown: undefined' }],
    ['a symbol', 'throw Symbol("s");', { message: 'thrown: Symbol(s)' }],
    ['an object without a message', 'throw { reason: 1 };', { message: 'something that is no Error was thrown' }],
    ['a rejection', 'return Promise.reject(new Error("later"));', { message: 'later' }],
    ['a getter that throws', 'throw { get message() { throw 1; }, get stack() { throw 2; }, get code() { throw 3; } };', {}],
    ['a proxy that throws', 'throw new Proxy({}, { get() { throw 1; } });', {}],
    ['a code and message of the wrong type', 'throw { code: { a: 1 }, message: { toString() { throw 1; } } };', {}],
  ])('with %s ends that call as "threw" and no other', async (_, body, expected) => {
    using plugin = await start(adapterWith(body));
    expect(await plugin.adapter.call('receive', [null])).toMatchObject({ ok: false, fault: 'threw', ...expected });
    expect(await plugin.adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
  });

  it('has its message and stack cut to size', async () => {
    using plugin = await start(
      adapterWith('throw Object.assign(new Error("m".repeat(1e6)), { stack: "s".repeat(1e6), code: "c".repeat(1e6) });'),
    );
    const result = await plugin.adapter.call('receive', [null]);
    expect(result).toMatchObject({ ok: false, message: 'm'.repeat(2048), code: 'c'.repeat(128) });
  });
});

describe('garbage as a result', () => {
  it.each([
    ['undefined', 'return undefined;', null],
    ['a function', 'return () => 1;', null],
    ['a thenable', 'return { then(resolve) { resolve(5); resolve(6); throw 1; } };', 5],
    ['NaN and holes', 'return [NaN, , Infinity];', [null, null, null]],
  ])('%s becomes JSON', async (_, body, value) => {
    using plugin = await start(adapterWith(body));
    expect(await plugin.adapter.call('receive', [null])).toEqual({ ok: true, value });
  });

  it.each([
    ['a cycle', 'const a = {}; a.a = a; return a;', 'RESULT_INVALID'],
    ['a BigInt', 'return 1n;', 'RESULT_INVALID'],
    ['a getter that throws', 'return { get text() { throw new Error("x"); } };', 'RESULT_INVALID'],
    ['a toJSON that throws', 'return { toJSON() { throw 1; } };', 'RESULT_INVALID'],
    ['a text beyond a frame', 'return "x".repeat(300000);', 'TOO_LARGE'],
    ['65 levels', 'let v = 1; for (let i = 0; i < 65; i++) v = [v]; return v;', 'RESULT_INVALID'],
    ['more levels than a stack has', 'let v = 1; for (let i = 0; i < 100000; i++) v = [v]; return v;', 'RESULT_INVALID'],
  ])('%s is refused and the adapter lives', async (_, body, code) => {
    using plugin = await start(adapterWith(body));
    expect(await plugin.adapter.call('receive', [null])).toMatchObject({ ok: false, fault: 'refused', code });
    expect(await plugin.adapter.call('health', [])).toEqual({ ok: true, value: 'well' });
  });

  it('takes a result that crosses in pieces where the host allows one, byte for byte, and no longer one', async () => {
    using plugin = await start(adapterWith('return event.text.repeat(event.times);'), { max_from_plugin: 2_000_000 });
    const text = 'two\nlines "quoted" \\ \ud83d\ude00 \ud800 \u0001 ';
    const [long, short, over] = await Promise.all([
      plugin.adapter.call('receive', [{ text, times: 40_000 }]),
      plugin.adapter.call('receive', [{ text, times: 1 }]),
      plugin.adapter.call('receive', [{ text, times: 200_000 }]),
    ]);
    expect(long).toEqual({ ok: true, value: text.repeat(40_000) });
    expect(short).toEqual({ ok: true, value: text });
    expect(over).toMatchObject({ ok: false, fault: 'refused', code: 'TOO_LARGE' });
  });

  it('gives a request that crosses in pieces to the host whole', async () => {
    const fetch = async (args: unknown) => (args as { body: string }).body.length;
    using plugin = await start(adapterWith('return context.fetch("https://a.example", { body: "é".repeat(event) });'), {
      max_from_plugin: 2_000_000,
      handlers: { fetch, emit: fetch },
    });
    expect(await plugin.adapter.call('receive', [1_500_000])).toEqual({ ok: true, value: 1_500_000 });
    expect(await plugin.adapter.call('receive', [2_500_000])).toMatchObject({ ok: false, fault: 'threw', code: 'TOO_LARGE' });
  });

  it('takes 64 levels', async () => {
    using plugin = await start(adapterWith('let v = 1; for (let i = 0; i < 64; i++) v = [v]; return v;'));
    expect(await plugin.adapter.call('receive', [null])).toMatchObject({ ok: true });
  });
});
