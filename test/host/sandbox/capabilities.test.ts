import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CapabilityError, type Json } from '../../../host/sandbox/confined.ts';
import { adapterWith, useSandbox } from './fixture.ts';

const { start } = useSandbox();

const value = async (body: string, options: Parameters<typeof start>[1] = {}, event: Json = null) => {
  using plugin = await start(adapterWith(body), options);
  const result = await plugin.adapter.call('receive', [event], { call_id: 'call-1' });
  if (!result.ok) throw new Error(`${result.fault}: ${result.message}`);
  return result.value;
};

describe('the context of an adapter', () => {
  it('holds what every adapter has and what was granted, and nothing else', async () => {
    const keys = 'return Object.keys(context).sort();';
    const always = ['channel_id', 'clock', 'config', 'crypto', 'emit', 'log'];
    expect(await value(keys, { granted: [] })).toEqual(always);
    expect(await value(keys, { granted: ['timers'], webhook_url: 'https://x.example/webhooks/t' })).toEqual([
      ...always,
      'timers',
      'webhook_url',
    ]);
    expect(await value('return ["fetch" in context, typeof fetch, typeof setTimeout];', { granted: [] })).toEqual([
      false,
      'undefined',
      'undefined',
    ]);
  });

  it('gives the configuration, and undefined where a field has no value', async () => {
    expect(
      await value('return [context.config.limit, context.config.bot_token, context.config.other === undefined, context.channel_id];'),
    ).toEqual([7, 'placeholder', true, 'test_channel']);
  });

  it('is frozen to the bottom', async () => {
    const probe = `const deep = (o, path) => (typeof o === 'object' && o !== null) || typeof o === 'function'
      ? [...(Object.isFrozen(o) ? [] : [path]), ...Object.keys(o).flatMap((k) => deep(o[k], path + '.' + k))] : [];
      return deep(context, 'context');`;
    expect(await value(probe)).toEqual([]);
  });

  it('ignores a grant of something that does not exist', async () => {
    expect(await value('return "filesystem" in context;', { granted: ['filesystem'] })).toBe(false);
  });
});

describe('a capability call', () => {
  it('reaches the handler with its arguments and the call in whose turn it was made', async () => {
    const body = `const now = context.fetch('https://a.example/1', { method: 'POST', json: { a: 1 } });
      await null;
      const later = context.fetch('https://a.example/2');
      return [await now, await later];`;
    expect(await value(body)).toEqual([
      { args: { method: 'POST', json: { a: 1 }, url: 'https://a.example/1' }, call_id: 'call-1' },
      { args: { url: 'https://a.example/2' }, call_id: null },
    ]);
  });

  it('fails with an Error of the realm itself that has the code of the host', async () => {
    const handlers = {
      fetch: () => Promise.reject(new CapabilityError('NETWORK_NOT_GRANTED', 'that origin was not granted')),
      emit: async () => null,
    };
    const body = `try { await context.fetch('https://b.example'); } catch (e) {
      return [e instanceof Error, Object.getPrototypeOf(e) === Error.prototype, e.code, e.message]; }`;
    expect(await value(body, { handlers })).toEqual([true, true, 'NETWORK_NOT_GRANTED', 'that origin was not granted']);
  });

  it('says nothing of the host when a handler has a defect', async () => {
    const handlers = {
      fetch: () => Promise.reject(new Error('password=hunter2 at /srv/host.ts')),
      emit: () => {
        throw new TypeError('secret');
      },
    };
    const body = `const seen = [];
      for (const call of [() => context.fetch('x'), () => context.emit({ event_id: '1', body: '' })])
        try { await call(); } catch (e) { seen.push(e.code, e.message); }
      return seen;`;
    const told = await value(body, { handlers });
    expect(told).toEqual(['INTERNAL', 'the host could not carry out fetch', 'INTERNAL', 'the host could not carry out emit']);
  });

  it('succeeds two hundred times at once, never more than 64 of them in flight', async () => {
    let inFlight = 0;
    let most = 0;
    const fetch = async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight--;
      return 'done';
    };
    const body = `const all = await Promise.all(Array.from({ length: 200 }, () => context.fetch('x')));
      return all.filter((one) => one === 'done').length;`;
    expect(await value(body, { handlers: { fetch, emit: async () => null } })).toBe(200);
    expect(most).toBe(64);
  });

  it('is refused at once when more than a thousand wait, and works again after them', async () => {
    const body = `const all = await Promise.allSettled(Array.from({ length: 2000 }, () => context.fetch('x')));
      const codes = new Set(all.filter((one) => one.status === 'rejected').map((one) => one.reason.code));
      const ok = all.filter((one) => one.status === 'fulfilled').length;
      return [[...codes], ok, (await context.fetch('again')).args.url];`;
    expect(await value(body)).toEqual([['TOO_MANY_CALLS'], 1088, 'again']);
  });

  it('rejects arguments that are no JSON, too large or not fit for the host', async () => {
    const body = `const codes = [];
      for (const bad of [{ json: 1n }, { body: 'x'.repeat(300000) }, { json: JSON.parse('{"__proto__":1}') }, { json: { constructor: 1 } }])
        try { await context.fetch('x', bad); codes.push('taken'); } catch (e) { codes.push(e.code ?? e.name); }
      return [codes, (await context.fetch('ok')).args.url];`;
    expect(await value(body)).toEqual([['TypeError', 'TOO_LARGE', 'INVALID_PARAMS', 'INVALID_PARAMS'], 'ok']);
  });

  it('rejects an answer larger than the plugin may be sent', async () => {
    const handlers = { fetch: async () => 'x'.repeat(2000), emit: async () => null };
    expect(await value('try { await context.fetch("x"); } catch (e) { return e.code; }', { handlers, max_to_plugin: 1500 })).toBe(
      'TOO_LARGE',
    );
  });

  it('hands on an answer with dangerous keys as plain data', async () => {
    const handlers = { fetch: async () => JSON.parse('{"__proto__":{"x":1},"constructor":2}') as Json, emit: async () => null };
    expect(await value('const r = await context.fetch("x"); return [Object.keys(r), ({}).x === undefined];', { handlers })).toEqual([
      ['__proto__', 'constructor'],
      true,
    ]);
  });

  it('resolves emit without a value', async () => {
    expect(await value('return [await context.emit({ event_id: "e", body: "b", other: 1 }) === undefined];')).toEqual([true]);
  });
});

describe('powers inside the worker', () => {
  it('computes digests as the rest of the world does', async () => {
    const body = `const c = context.crypto;
      return [await c.hash('sha256', 'grüße'), await c.hash('sha1', '', 'base64'), await c.hash('sha512', 'a', 'base64url')];`;
    expect(await value(body)).toEqual([
      createHash('sha256').update('grüße').digest('hex'),
      createHash('sha1').update('').digest('base64'),
      createHash('sha512').update('a').digest('base64url'),
    ]);
  });

  it('rejects a digest of anything but a text, by an algorithm that is not listed, or beyond the size', async () => {
    const body = `const codes = [];
      for (const args of [['md5', 'a'], ['sha256', { toString: () => 'a' }], ['sha256', 'a', 'latin1'], ['sha256', 'x'.repeat(1048577)], []])
        try { await context.crypto.hash(...args); codes.push('taken'); } catch (e) { codes.push(e.code); }
      return codes;`;
    expect(await value(body)).toEqual(Array(5).fill('INVALID_PARAMS'));
  });

  it('makes random bytes and ids', async () => {
    const [bytes, one, other] = (await value(
      'const c = context.crypto; return [await c.random(16), await c.uuid(), await c.uuid()];',
    )) as string[];
    expect(bytes).toMatch(/^[0-9a-f]{32}$/);
    expect(one).toMatch(/^[0-9a-f-]{36}$/);
    expect(one).not.toBe(other);
    const refused =
      'const c = []; for (const n of [0, 1025, 1.5, "8", NaN]) await context.crypto.random(n).catch((e) => c.push(e.code)); return c;';
    expect(await value(refused)).toEqual(Array(5).fill('INVALID_PARAMS'));
  });

  it('runs timers in order of their due time, and not those that were cleared', async () => {
    const body = `const { setTimeout, clearTimeout, setInterval, clearInterval } = context.timers; const seen = [];
      return new Promise((resolve) => {
        const note = (what) => { seen.push(what); if (seen.includes('late') && seen.includes(3)) setTimeout(() => resolve(seen), 20); };
        setTimeout(() => note('late'), 30);
        clearTimeout(setTimeout(() => note('never'), 5));
        let n = 0; const every = setInterval(() => { note(++n); if (n === 3) clearInterval(every); }, 4);
      });`;
    const seen = (await value(body)) as Json[];
    expect(seen.filter((one) => one !== 'late')).toEqual([1, 2, 3]);
    expect(seen).toContain('late');
  });

  it('counts the live timers and refuses the 257th', async () => {
    const body = `const { setTimeout, clearTimeout } = context.timers; const ids = []; let code;
      try { for (;;) ids.push(setTimeout(() => {}, 60000)); } catch (e) { code = e.code; }
      clearTimeout(ids[0]); setTimeout(() => {}, 60000);
      return [ids.length, code];`;
    expect(await value(body)).toEqual([256, 'TOO_MANY_TIMERS']);
  });

  it('tells the time by both clocks', async () => {
    const before = Date.now();
    const [now, one, other] = (await value('const c = context.clock; return [c.now(), c.monotonic_ms(), c.monotonic_ms()];')) as number[];
    expect(now).toBeGreaterThanOrEqual(before - 1);
    expect(other).toBeGreaterThanOrEqual(one as number);
  });
});

describe('the globals of the realm', () => {
  it('work behind its locks', async () => {
    const body = `const bytes = new TextEncoder().encode('grüße');
      const params = new URLSearchParams({ a: '1 2', b: 'ü' });
      params.append('a', '3');
      class More extends URLSearchParams { get first() { return this.get('a'); } }
      return [new TextDecoder().decode(bytes), params.toString(), [...params.keys()], new More(params).first, btoa('abc'), atob('YWJj'),
        await new Promise((resolve) => queueMicrotask(() => resolve('later')))];`;
    expect(await value(body)).toEqual(['grüße', 'a=1+2&b=%C3%BC&a=3', ['a', 'b', 'a'], '1 2', 'YWJj', 'abc', 'later']);
  });

  it('let npm packages override what they inherit, as the language does', async () => {
    const body = `class Own extends Error { constructor(m) { super(m); this.name = 'Own'; this.message = m + '!'; } }
      const o = {}; o.toString = () => 'mine'; o.constructor = 5; o.hasOwnProperty = 1;
      function Old() {} Old.prototype.toString = () => 'old';
      const list = [3, 1, 2]; list.push = () => 'pushed';
      return [String(new Own('m')), String(o), String(new Old()), list.push(), new Own('x') instanceof Error];`;
    expect(await value(body)).toEqual(['Own: m!', 'mine', 'old', 'pushed', true]);
  });
});

describe('the log', () => {
  it('takes lines of every level with their fields, and what console prints', async () => {
    using plugin = await start(
      adapterWith('context.log.debug("a", { n: 1 }); context.log.error("b"); console.log("c", { d: [1] }, new Error("e").message);'),
    );
    await plugin.adapter.call('receive', [null]);
    expect(plugin.log).toEqual([
      { level: 'debug', message: 'a', fields: { n: 1 } },
      { level: 'error', message: 'b', fields: null },
      { level: 'info', message: 'c {"d":[1]} e', fields: null },
    ]);
  });

  it('cuts lines to size and leaves out fields that are too long, no JSON, or not fit for the host', async () => {
    const body = `const a = {}; a.a = a;
      context.log.info('x'.repeat(9000), { long: 'y'.repeat(9000) });
      context.log.info('cyclic', a);
      context.log.info('keys', JSON.parse('{"__proto__":1}'));
      context.log.info({ toString: () => 'object' });`;
    using plugin = await start(adapterWith(body));
    await plugin.adapter.call('receive', [null]);
    expect(plugin.log.map(({ message, fields }) => [message.length, fields])).toEqual([
      [4096, { left_out: 'the fields were too long' }],
      [6, { left_out: 'the fields were not JSON' }],
      [4, null],
      [6, null],
    ]);
  });

  it('shows what nobody caught: in a timer, a microtask, a rejection', async () => {
    const body = `context.timers.setTimeout(() => { throw new Error('in timer'); }, 4);
      queueMicrotask(() => { throw new Error('in microtask'); });
      Promise.reject(new Error('unheard'));
      await new Promise((resolve) => context.timers.setTimeout(resolve, 30));`;
    using plugin = await start(adapterWith(body));
    await plugin.adapter.call('receive', [null]);
    const messages = plugin.log.map(({ level, message }) => `${level} ${message.split('\n')[0]}`);
    expect(messages).toContain('error uncaught in a timer: Error: in timer');
    expect(messages).toContain('error uncaught in a microtask: Error: in microtask');
    expect(messages).toContain('error a promise was rejected and nothing handled it');
  });
});
