/**
 * What a hostile adapter may try, as bodies of `receive`. An attack answers a text that says what it got, or
 * anything falsy, or throws: only a text is an escape. `top` is evaluated at load, before the class.
 */
export interface Attack {
  name: string;
  body: string;
  top?: string;
  /** With every power granted, carried out by the host's own handlers (`powers.ts`), during the send of the message `mine`. */
  powers?: true;
}

const constructorWalks: Attack[] = [
  { name: 'the Function constructor through an arrow', body: 'return climb(() => {});' },
  {
    name: 'the constructors of async functions and generators',
    body: 'return climb(async () => {}) || climb(function* () {}) || climb(async function* () {});',
  },
  { name: 'a method of the context', body: 'return climb(context.log.info) || climb(context.fetch) || climb(context.crypto.hash);' },
  { name: 'the promise of a capability', body: 'const p = context.fetch("x"); return climb(p) || climb(await p);' },
  { name: 'the error of a capability', body: 'let e; try { await context.crypto.random("x"); } catch (x) { e = x; } return climb(e);' },
  { name: 'the event and its values', body: 'return climb(event) || climb(event.list);' },
  {
    name: 'console, TextDecoder and URLSearchParams',
    body: 'return climb(console.log) || climb(new TextDecoder()) || climb(new URLSearchParams("a=1")) || climb(new URLSearchParams("a=1").entries());',
  },
  { name: 'the adapter itself and its class', body: 'return climb(this.receive);' },
  {
    name: 'the resolving functions of a thenable',
    body: 'return new Promise((done) => { Promise.resolve({ then(res, rej) { done(climb(res) || climb(rej)); } }); });',
  },
  {
    name: 'the executor of a promise subclass',
    body: `let got = null; const Evil = own(class extends Promise { constructor(ex) { super((a, b) => { got = got || climb(a) || climb(b) || climb(ex); ex(a, b); }); } });
    await Evil.resolve(1).then(() => 2); return got;`,
  },
  {
    name: 'a species on the promise of a capability',
    body: `let got = null; const p = context.fetch("x");
    try { p.constructor = { [Symbol.species]: function (ex) { ex((v) => {}, (e) => {}); got = climb(ex); } }; p.then(() => {}); } catch {} return got;`,
  },
];

const outerErrors: Attack[] = [
  {
    name: 'the rejection of import()',
    body: 'let e; try { await import("node:fs"); return "imported node:fs"; } catch (x) { e = x; } return climb(e);',
  },
  {
    name: 'import() with a specifier that throws',
    body: 'let e; try { await import({ toString() { throw import("x"); } }); } catch (x) { e = x; } if (e && e.then) { try { await e; } catch (x) { return climb(x); } } return climb(e);',
  },
  {
    name: 'import() with attributes',
    body: 'let e; const p = Reflect.apply(async () => import("x", { with: { type: "json" } }), null, []); try { await p; } catch (x) { e = x; } return climb(p) || climb(e);',
  },
  {
    name: 'import() of a data URL',
    body: 'let e; try { const m = await import("data:text/javascript,export default 1"); return "imported a data URL"; } catch (x) { e = x; } return climb(e);',
  },
  {
    name: 'a symbol as the name of an error',
    body: 'const e = new Error("x"); e.name = Symbol(); const t = thrown(() => e.stack); return climb(t) || climb(thrown(() => String(e)));',
  },
  {
    name: 'an error whose name and message throw',
    body: 'const e = new Error("x"); Object.defineProperty(e, "name", { get() { throw e; } }); return climb(thrown(() => e.stack));',
  },
  {
    name: 'prepareStackTrace',
    body: `let got = null; try { Error.prepareStackTrace = (e, sites) => { for (const s of sites) got = got || climb(s) || climb(s.getThis && s.getThis()) || climb(s.getFunction && s.getFunction()); return ""; }; } catch {}
    void new Error("x").stack; return got;`,
  },
  {
    name: 'captureStackTrace and call sites',
    body: 'const o = {}; try { Error.captureStackTrace(o); } catch {} return (typeof o.stack === "object" && climb(o.stack)) || null;',
  },
  {
    name: 'a stack overflow under the bridge',
    body: 'return deep(() => { const e = thrown(() => context.log.info("x")); return e && climb(e); });',
  },
  {
    name: 'a stack overflow in a digest',
    body: 'let out = null; for (let i = 0; i < 2; i++) { deep(() => { context.crypto.hash("sha256", "x").catch((e) => { out = out || climb(e); }); }); } await null; await null; return out;',
  },
  {
    name: 'a stack overflow in a capability call',
    body: 'let out = null; deep(() => { context.fetch("x").catch((e) => { out = climb(e); }); }); await context.fetch("y"); return out;',
  },
  {
    name: 'a stack overflow in timers',
    body: 'const e = deep(() => thrown(() => context.timers.setTimeout(() => {}, 5))); return e && climb(e);',
  },
  {
    name: 'a getter deep in the stack while JSON reads it',
    body: 'let out = null; const o = { get a() { return deep(() => { out = out || climb(thrown(() => context.log.warn("y"))); return 1; }); } }; context.log.info("x", o); return out;',
  },
  {
    name: 'the stack of an error shows nothing of the host',
    body: 'const s = String(new Error("x").stack) + String(thrown(() => null.x).stack); return /node:|worker\\.cjs|bridge\\.js|\\/tmp|\\/home|file:/.test(s) ? "stack shows " + s : null;',
  },
  { name: 'the syntax error of a regular expression', body: 'return climb(thrown(() => new RegExp("(")));' },
  {
    name: 'the range error of an array length',
    body: 'return climb(thrown(() => new Array(-1))) || climb(thrown(() => "x".repeat(-1))) || climb(thrown(() => new ArrayBuffer(1e12)));',
  },
  {
    name: 'the type errors of the engine',
    body: 'return climb(thrown(() => null.x)) || climb(thrown(() => undefined())) || climb(thrown(() => { "use strict"; Object.freeze([]).push(1); })) || climb(thrown(() => Symbol() + ""));',
  },
  {
    name: 'the error of a cyclic JSON',
    body: 'const a = {}; a.a = a; return climb(thrown(() => JSON.stringify(a))) || climb(thrown(() => JSON.parse("{")));',
  },
];

const poison: Attack[] = [
  {
    name: 'Object.prototype',
    body: 'try { Object.prototype.t = "value"; } catch {} try { Object.prototype.__defineSetter__("id", () => {}); } catch {} try { Object.defineProperty(Object.prototype, "toJSON", { value: () => 1 }); } catch {} return ({}).t || ({}).toJSON ? "polluted Object.prototype" : null;',
  },
  {
    name: 'JSON, Promise.then and Map.get',
    body: 'for (const [o, k] of [[JSON, "stringify"], [JSON, "parse"], [Promise.prototype, "then"], [Map.prototype, "get"], [Reflect, "apply"], [Function.prototype, "call"]]) { const was = o[k]; try { o[k] = () => "mine"; } catch {} if (o[k] !== was) return "replaced " + k; } return null;',
  },
  {
    name: 'globals replaced while it loads',
    top: 'for (const k of ["JSON", "Promise", "Map", "Error", "Reflect", "String", "Object", "Array"]) { try { globalThis[k] = { stolen: true }; } catch {} try { Object.defineProperty(globalThis, k, { get: () => ({ stolen: true }) }); } catch {} }',
    body: 'return JSON.stolen || Map.stolen ? "replaced a global" : null;',
  },
  {
    name: 'new globals named like ours while it loads',
    top: 'let seen = []; for (const k of ["harden", "lockdown", "Compartment", "ours", "outer", "frame"]) { try { Object.defineProperty(globalThis, k, { set(v) { seen.push(v); }, get() { seen.push(k); } }); } catch {} }',
    body: 'return seen.length ? "our code asked for " + seen : null;',
  },
  {
    name: 'the global after it loaded',
    body: 'try { globalThis.later = 1; } catch {} try { __plugin = 5; } catch {} try { delete globalThis.JSON; } catch {} return globalThis.later || __plugin === 5 || typeof JSON !== "object" ? "changed the global" : null;',
  },
  {
    name: 'the prototype of the global',
    body: 'const p = Object.getPrototypeOf(globalThis); try { p.evil = 1; } catch {} try { Object.setPrototypeOf(globalThis, { evil: 1 }); } catch {} return globalThis.evil ? "changed the global prototype" : null;',
  },
  {
    name: 'iterators of arrays and strings',
    body: 'for (const it of [[][Symbol.iterator](), ""[Symbol.iterator](), new Map().entries(), "a".matchAll(/a/g), (function* () {})()]) { const p = Object.getPrototypeOf(it); try { p.next = () => ({ done: false, value: "mine" }); } catch {} if (Object.prototype.hasOwnProperty.call(p, "next") && p.next() === "mine") return "replaced next"; if (!Object.isFrozen(p)) return "an iterator prototype is not frozen"; } return null;',
  },
  {
    name: 'the context',
    body: 'const was = context.config.bot_token; try { context.extra = 1; } catch {} try { context.config.bot_token = "x"; } catch {} try { context.log.info = null; } catch {} return context.extra || !was || context.config.bot_token !== was || !context.log.info ? "changed the context" : null;',
  },
  {
    name: 'legacy statics of RegExp',
    body: '/(s)ecret/.exec("secret"); return RegExp.$1 || RegExp.lastMatch ? "RegExp keeps matches" : null;',
  },
  {
    name: 'toString on values that the bridge reads',
    body: 'let got = []; const spy = { toString() { got.push(climb(thrown(() => null.x))); return "x"; }, toJSON() { got.push("json"); return "y"; } }; context.log.info(spy); try { await context.fetch(spy); } catch {} return got.find((g) => g && g !== "json") || null;',
  },
  {
    name: 'sharing objects through Symbol.for and template objects',
    body: 'const t = ((s) => s)`x`; try { t.push(1); } catch {} return t.length !== 1 ? "changed a template" : climb(t);',
  },
];

const ambient: Attack[] = [
  {
    name: 'names of Node and the web',
    body: 'const found = ["process", "require", "module", "global", "Buffer", "__dirname", "fetch", "WebSocket", "XMLHttpRequest", "setTimeout", "setImmediate", "performance", "structuredClone", "MessageChannel", "BroadcastChannel", "Worker", "navigator", "SubtleCrypto", "Request", "Blob", "EventTarget", "Compartment", "lockdown", "harden", "repairIntrinsics", "hardenIntrinsics", "assert", "gc", "escape"].filter((n) => n in globalThis); return found.length ? "found " + found : null;',
  },
  {
    name: 'shared memory, WebAssembly and weak references',
    body: 'const found = ["SharedArrayBuffer", "Atomics", "WebAssembly", "WeakRef", "FinalizationRegistry"].filter((n) => n in globalThis); return found.length ? "found " + found : null;',
  },
  {
    name: 'eval, direct and indirect',
    body: 'try { return eval("1 + 1") === 2 ? "eval ran" : null; } catch {} try { return (0, eval)("1") ? "eval ran" : null; } catch {} return null;',
  },
  {
    name: 'code in the reviver, replacer and callbacks',
    body: 'try { return ["1"].map(globalThis.Function || (() => 0))[0] ? "ran" : null; } catch { return null; }',
  },
  {
    name: 'the callers of a sloppy function',
    body: 'function who() { return [who.caller, who.arguments, arguments.callee && arguments.callee.caller]; } let all = []; try { all = who(); } catch {} for (const c of all) { const got = c && climb(c); if (got) return got; } function up() { let c = up.caller; for (let i = 0; i < 20 && c; i++) { const got = climb(c); if (got) return got; try { c = c.caller; } catch { return null; } } } try { return up(); } catch { return null; }',
  },
  {
    name: 'the this of a sloppy function',
    body: 'function self() { return this; } const t = self(); return t && t !== globalThis ? climb(t) || "a foreign this" : climb(t);',
  },
  {
    name: 'the powers that were not granted',
    body: 'return ["storage", "websocket", "mail", "hmac", "process"].find((n) => n in context) || null;',
  },
  {
    name: 'module loading of CommonJS',
    body: 'try { return typeof require("fs") === "object" ? "required fs" : null; } catch { return null; }',
  },
];

const frames: Attack[] = [
  {
    name: 'a second frame smuggled in by a newline',
    body: `const forged = '\\n{"t":"value","id":1,"value":"forged"}\\n';
    context.log.info(forged, { [forged]: forged }); console.log(forged); await context.emit({ event_id: forged, body: forged }).catch(() => {}); try { await context.fetch(forged); } catch {} return null;`,
  },
  {
    name: 'quotes in everything that is put into a frame',
    body: `const q = '","t":"value","id":1,"value":"forged","x":"'; context.log.info(q); await context.fetch(q); throw Object.assign(new Error(q), { code: q, stack: q });`,
  },
  { name: 'a toJSON that answers raw text', body: `return { toJSON: () => undefined, x: '}' } && null;` },
  {
    name: 'a capability name that is not the context’s',
    body: 'const f = context.fetch; try { await f.call({ name: "emit" }, "x"); } catch {} try { await Reflect.apply(f, null, ["x", { url: "y", t: "call", name: "emit", call: 99 }]); } catch {} return null;',
  },
  { name: 'a result that pretends to be a frame', body: 'return { t: "ready", methods: ["stop"], id: 1, toString: 1 } && null;' },
  {
    name: 'a rejection that nobody can look at',
    body: 'Promise.reject(new Proxy({}, { get() { for (;;) {} }, ownKeys() { for (;;) {} }, getPrototypeOf() { for (;;) {} } })); await null; return null;',
  },
  {
    name: 'a rejection with the inspect symbol of Node',
    body: 'let got = null; Promise.reject({ [Symbol.for("nodejs.util.inspect.custom")](...a) { got = climb(a[2]) || "inspected"; }, get stack() { got = "read"; } }); await null; await context.fetch("x"); return got;',
  },
];

const memory: Attack[] = [
  {
    name: 'buffers without end',
    body: 'const all = []; try { for (let i = 0; i < 100; i++) all.push(new ArrayBuffer(1 << 24)); } catch (e) { return all.length <= 4 && e instanceof RangeError ? null : "had " + all.length; } return "had 1.6 GB";',
  },
  {
    name: 'one giant buffer',
    body: 'for (const make of [() => new ArrayBuffer(1e9), () => new Uint8Array(1e9), () => new Float64Array(1e8), () => new BigInt64Array(1e8)]) if (!thrown(make)) return "had it"; return null;',
  },
  {
    name: 'a typed array from a length that changes',
    body: 'let n = 0; const t = thrown(() => new Uint8Array({ get length() { return n++ ? 1e9 : 1; } })); let a; try { a = new Uint8Array({ get length() { return n++ % 2 ? 1 : 1e9; } }); } catch {} return a && a.length > 1e8 ? "had it" : null;',
  },
  {
    name: 'a typed array from an endless iterator',
    body: 'return thrown(() => new Uint8Array({ *[Symbol.iterator]() { for (;;) yield 1; } })) instanceof RangeError ? null : "had it";',
  },
  {
    name: 'a typed array from a proxy and a subclass',
    body: 'const Big = own(class extends Uint8Array {}); for (const make of [() => new Big(1e9), () => Reflect.construct(Uint8Array, [1e9], Big), () => Uint8Array.from({ length: 1e9 }), () => new Uint8Array(4).constructor(1e9)]) if (!thrown(make)) return "had it"; return null;',
  },
  {
    name: 'methods that allocate past the constructor',
    body: 'const found = ["transfer", "transferToFixedLength", "resize"].filter((k) => { try { new ArrayBuffer(8)[k](1e9); return true; } catch { return false; } }); const typed = ["toReversed", "toSorted", "with"].filter((k) => k in Uint8Array.prototype); return found.length || typed.length ? "found " + found + typed : null;',
  },
  { name: 'a resizable buffer', body: 'return thrown(() => new ArrayBuffer(1, { maxByteLength: 1e9 })) ? null : "had it";' },
  {
    name: 'species that hide a buffer',
    body: 'const b = new ArrayBuffer(1 << 24); const all = []; try { for (let i = 0; i < 50; i++) all.push(b.slice(0)); } catch { return null; } return "had " + all.length;',
  },
  {
    name: 'typed array methods that make new arrays',
    body: 'const a = new Uint8Array(1 << 24); const all = []; try { for (let i = 0; i < 50; i++) all.push(a.slice(), a.map((x) => x), a.subarray(1).slice()); } catch { return null; } return "had " + all.length;',
  },
];

const webGlobals: Attack[] = [
  {
    name: 'URL, its instances and its parameters',
    body: 'const u = new URL("http://h/?a=1"); return climb(URL) || climb(u) || climb(u.searchParams) || climb(u.searchParams.entries()) || climb(Object.getOwnPropertyDescriptor(URL.prototype, "href").get) || climb(URL.parse("http://h"));',
  },
  {
    name: 'the errors of URL and Headers',
    body: 'const evil = { toString() { throw thrown(() => null.x); } }; for (const f of [() => new URL("x"), () => new URL(evil), () => { new URL("http://h").href = "x"; }, () => new Headers([["a b", "c"]]), () => new Headers({ a: "\\n" + "b\\nc" }), () => new Headers(evil), () => new Response("x", { status: 1 }), () => new Response("x", { statusText: evil })]) { const e = thrown(f); const got = e && climb(e); if (got) return got; } return null;',
  },
  {
    name: 'getters of URL, Headers and Response on foreign objects',
    body: 'const d = (o, k) => Object.getOwnPropertyDescriptor(o, k); for (const [p, k] of [[URL.prototype, "href"], [URL.prototype, "searchParams"], [Response.prototype, "ok"], [AbortSignal.prototype, "aborted"], [AbortController.prototype, "signal"]]) for (const self of [{}, p, globalThis, new Proxy(new URL("http://h"), {}), null]) { let v; const e = thrown(() => { v = Reflect.apply(d(p, k).get, self, []); }); const got = climb(e) || climb(v); if (got) return got; } return null;',
  },
  {
    name: 'the event, this and errors of an abort listener',
    body: 'let got = null; const c = new AbortController(); c.signal.onabort = function (event) { got = got || climb(this) || climb(event) || climb(event.target.constructor); try { event.target = 1; } catch {} throw { get stack() { got = got || climb(thrown(() => null.x)); return "x"; } }; }; c.signal.addEventListener("abort", { get handleEvent() { got = got || climb(thrown(() => undefined())); return () => {}; } }); c.abort(c); return got || climb(c.signal.reason) || climb(AbortSignal.abort().reason);',
  },
  {
    name: 'a signal made without a controller',
    body: 'const C = new AbortController().signal.constructor; for (const key of [undefined, Symbol("made by the realm"), Symbol.for("made by the realm"), C, {}]) { let s; const e = thrown(() => { s = Reflect.construct(C, [key]); }); if (s) return "made a signal"; const got = climb(e); if (got) return got; } class Own extends C {} return thrown(() => new Own()) ? null : "made a signal by a subclass";',
  },
  {
    name: 'the globals of the web replaced or changed',
    body: 'for (const k of ["URL", "URLSearchParams", "Headers", "Response", "AbortController", "AbortSignal", "crypto", "TextEncoder"]) { const was = globalThis[k]; try { globalThis[k] = class {}; } catch {} try { delete globalThis[k]; } catch {} if (globalThis[k] !== was) return "replaced " + k; try { was.evil = 1; } catch {} try { was.prototype.evil = 1; } catch {} if (was.evil || (was.prototype && was.prototype.evil)) return "changed " + k; } try { crypto.randomUUID = () => "0"; } catch {} return crypto.randomUUID() === "0" ? "replaced randomUUID" : null;',
  },
  {
    name: 'the promises of a Response and a body that throws',
    body: 'const r = new Response("x"); const p = r.text(); const e = await new Response("{").json().catch((x) => x); const twice = await r.text().catch((x) => x); return climb(p) || climb(e) || climb(twice) || climb(await Response.json({ a: 1 }).bytes()) || climb(thrown(() => Response.json({ toJSON() { return deep(() => { throw null; }); } })) || {});',
  },
  {
    name: 'crypto with arrays that lie about themselves',
    body: 'const a = new Uint8Array(4); for (const [k, v] of [["buffer", {}], ["byteLength", 1e9], ["byteOffset", -1], ["length", 1e9]]) { const b = new Uint8Array(4); try { Object.defineProperty(b, k, { get: () => v }); } catch { continue; } const e = thrown(() => crypto.getRandomValues(b)); const got = e && climb(e); if (got) return got; } const p = thrown(() => crypto.getRandomValues(new Proxy(a, {}))); return climb(p) || climb(crypto.getRandomValues) || climb(crypto.randomUUID) || (thrown(() => crypto.getRandomValues(new Uint8Array(65537))) ? null : "filled too much");',
  },
  {
    name: 'a stack overflow in URL and in crypto',
    body: 'const e = deep(() => thrown(() => new URL("http://h/" + "../".repeat(10)))); const f = deep(() => thrown(() => crypto.getRandomValues(new Uint8Array(8)))); return (e && climb(e)) || (f && climb(f)) || null;',
  },
  {
    name: 'a text that makes URL and Headers work for long',
    // A turn of the event loop between the steps: only a step that takes more than its length's worth stands still.
    body: 'const gap = " ".repeat(200000); const steps = [() => URL.canParse("x:" + gap + "x"), () => URL.canParse("http://h/" + gap + "x"), () => URL.canParse("http://h/?" + gap + "x"), () => URL.canParse("http://h/#" + gap + "x"), () => URL.canParse("http://" + "1.".repeat(50000)), () => URL.canParse("http://[" + ":".repeat(100000) + "]"), () => new Headers({ a: "x" + gap + "x" }), () => URL.canParse("http://h/" + "a/../".repeat(50000))]; for (const step of steps) { const t = Date.now(); step(); if (Date.now() - t > 10000) return "worked for " + (Date.now() - t) + " ms"; await new Promise((done) => context.timers.setTimeout(done, 150)); } return null;',
  },
];

const powers: Attack[] = [
  {
    name: 'storage values and keys named like what JavaScript inherits',
    powers: true,
    body: 'await context.storage.set("v", JSON.parse(\'{"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}}}\')); for (const k of ["__proto__", "constructor", "toString", "hasOwnProperty"]) { if (await context.storage.get(k) !== undefined) return "found a value under " + k; await context.storage.set(k, 1); } const v = await context.storage.get("v"); return ({}).evil || Object.getPrototypeOf(v).evil ? "polluted by a stored value" : climb(v);',
  },
  {
    name: 'the storage of another channel',
    powers: true,
    body: 'for (const k of ["theirs\\nsecret", "../theirs/secret", "secret", "theirs.secret", "%", "_", "secret\\u0000", "\' OR 1=1 --"]) { const v = await context.storage.get(k).catch(() => undefined); if (v !== undefined) return "read " + v; } for (const page of [{}, { prefix: "" }, { cursor: "" }, { channel_id: "theirs" }, { prefix: "sec" }]) { const { keys } = await context.storage.list(page); if (keys.includes("secret")) return "listed it"; } for (const f of ["get", "delete", "list"]) await Reflect.apply(context.storage[f], { channel_id: "theirs" }, [{ channel_id: "theirs", key: "secret", toString: () => "secret" }]).catch(() => {}); return null;',
  },
  {
    name: 'more storage than granted, by a race, by lone surrogates and by toJSON',
    powers: true,
    body: 'const big = "x".repeat(900); await Promise.allSettled(Array.from({ length: 60 }, (_, n) => context.storage.set("r" + n, { toJSON: () => big + n }))); await Promise.allSettled([context.storage.set("\\ud800", big), context.storage.set("\\udc00", big)]); let sum = 0; for (const k of (await context.storage.list({ limit: 500 })).keys) sum += k.length + JSON.stringify(await context.storage.get(k)).length; return sum > 2000 ? "kept " + sum : null;',
  },
  {
    name: 'the errors and answers of storage',
    powers: true,
    body: 'let got = null; for (const p of [context.storage.get(7), context.storage.set("k", 1n), context.storage.set("k", { toJSON() { return deep(() => { got = got || climb(thrown(() => null.x)); return 1; }); } }), context.storage.list({ limit: {} }), context.storage.list(null), context.storage.get(Symbol())]) { got = got || climb(p); await p.catch((e) => { got = got || climb(e); }); } return got || climb(context.storage.get) || climb(await context.storage.list());',
  },
  {
    name: 'an HMAC with a field that was not granted, or that is a credential',
    powers: true,
    body: 'const c = context.crypto; for (const field of ["other", "bot_token", context.config.bot_token, context.config.other, ["signing_key"], { toString: () => "other" }, "__proto__", "signing_key\\u0000", "SIGNING_KEY", "derived_" + "0".repeat(32), ""]) for (const ask of [c.hmac, c.sign]) { const got = await ask({ field, algorithm: ask === c.hmac ? "sha256" : "RS256", data: "x" }).catch(() => null); if (got) return "computed " + got + " with " + String(field); } return null;',
  },
  {
    name: 'the key behind an HMAC: by its errors, by derived keys, by a prefix that takes its place',
    powers: true,
    body: 'const c = context.crypto; const ask = { field: "signing_key", algorithm: "sha256", data: "x" }; const seen = []; for (const more of [{ key_encoding: "hex" }, { key_encoding: "base64" }, { encoding: "opaque" }, { encoding: "raw" }, { key: "mine" }, { key_prefix: "\\u0000".repeat(64) }]) seen.push(String(await c.hmac({ ...ask, ...more }).catch((e) => e.message + e.stack))); for (const algorithm of ["RS256", "ES256", "EdDSA", "none"]) seen.push(String(await c.sign({ field: "signing_key", algorithm, data: "" }).catch((e) => e.message + e.stack))); return /a key that stays/.test(seen.join()) ? "saw the key" : null;',
  },
  {
    name: 'an attachment of another message, a path and an address',
    powers: true,
    body: 'for (const attachment of ["theirs-ref", "http://files.example/theirs", "/etc/passwd", "../../host.key", "file:///etc/passwd", 1, 99, "mine-ref\\u0000", { ref: "theirs-ref" }, ["theirs-ref"], null]) { const a = await context.fetch("https://api.example/up", { method: "POST", multipart: [{ name: "f", attachment }] }).catch(() => null); if (a) return "uploaded " + JSON.stringify(attachment); } return null;',
  },
  {
    name: 'the bytes of an attachment',
    powers: true,
    body: 'const a = await context.fetch("https://api.example/quiet", { method: "POST", multipart: [{ name: "f", attachment: "mine-ref" }], response: "base64" }); const text = JSON.stringify(a) + atob(a.body); const g = await context.fetch("http://files.example/mine").catch((e) => e.code); return text.includes("the bytes") || g !== "NETWORK_NOT_GRANTED" ? "saw the bytes" : null;',
  },
  {
    name: 'a header injected into a multipart body',
    powers: true,
    body: 'const n = "\\r\\nX-Evil: 1\\r\\n\\r\\n"; const part = { name: "f", attachment: "mine-ref" }; for (const p of [{ name: "a" + n, value: "x" }, { ...part, file_name: "x" + n }, { ...part, mime_type: "a/b" + n }, { ...part, mime_type: "text/html\\r\\nX-Evil: 1" }, { name: "a\\u0085X-Evil: 1", value: "x" }, { name: "a\\u2028X-Evil: 1", value: "x" }, part, { name: "q\\"; filename=\\"e.html", value: "x" }]) { const a = await context.fetch("https://api.example/up", { method: "POST", multipart: [p] }).catch(() => null); if (a && (/^X-Evil/m.test(a.body) || /filename="e\\.html/.test(a.body))) return "injected " + a.body; } return null;',
  },
  {
    name: 'a part smuggled in past the boundary',
    powers: true,
    body: 'const up = (value) => context.fetch("https://api.example/up", { method: "POST", multipart: [{ name: "a", value }] }); const first = /^--(\\S+)/.exec((await up("x")).body)[1]; const a = await up("x\\r\\n--" + first + "\\r\\nContent-Disposition: form-data; name=\\"evil\\"\\r\\n\\r\\ny\\r\\n--" + first + "--"); const now = /^--(\\S+)/.exec(a.body)[1]; const own = await context.fetch("https://api.example/up", { method: "POST", headers: { "content-type": "multipart/form-data; boundary=mine" }, multipart: [{ name: "a", value: "b" }] }).catch(() => null); return now === first || own ? "knew the boundary" : null;',
  },
  {
    name: 'a secret in a multipart body, and one echoed in base64',
    powers: true,
    body: 'const t = context.config.bot_token; for (const p of [{ name: "text", value: t }, { name: t, value: "x" }, { name: "f", attachment: "mine-ref", file_name: t }, { name: "text", value: encodeURIComponent(t).replace("_", "%5f") }]) { const e = await context.fetch("https://api.example/up", { method: "POST", multipart: [p] }).then(() => null, (x) => x); if (!e || e.code !== "SECRET_MISPLACED") return "sent a placeholder"; } const a = await context.fetch("https://api.example/echo-auth", { response: "base64" }); const b = await context.fetch("https://api.example/echo-auth"); return (atob(a.body) + b.body + JSON.stringify(a.headers)).includes("a token that stays") ? "saw the token" : null;',
  },
  {
    name: 'objects that lie, handed to every power',
    powers: true,
    body: 'let got = null; const lie = new Proxy({}, { get(_, k) { got = got || climb(thrown(() => null.x)); return k === "toJSON" ? undefined : lie; }, ownKeys() { return ["field", "url", "op"]; }, getOwnPropertyDescriptor() { return { value: "x", enumerable: true, configurable: true }; } }); for (const f of [() => context.crypto.hmac(lie), () => context.crypto.sign(lie), () => context.storage.set("k", lie), () => context.storage.list(lie), () => context.fetch("https://api.example/up", lie), () => context.emit(lie)]) { try { await f(); } catch (e) { got = got || climb(e); } } return got;',
  },
];

export const ATTACKS: readonly Attack[] = [
  ...constructorWalks,
  ...outerErrors,
  ...poison,
  ...ambient,
  ...frames,
  ...memory,
  ...webGlobals,
  ...powers,
];
