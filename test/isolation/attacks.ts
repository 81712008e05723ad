/**
 * What a hostile adapter may try, as bodies of `receive`. An attack answers a text that says what it got, or
 * anything falsy, or throws: only a text is an escape. `top` is evaluated at load, before the class.
 */
export interface Attack {
  name: string;
  body: string;
  top?: string;
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
    body: 'try { context.extra = 1; } catch {} try { context.config.bot_token = "x"; } catch {} try { context.log.info = null; } catch {} return context.extra || context.config.bot_token !== "placeholder" || !context.log.info ? "changed the context" : null;',
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

export const ATTACKS: readonly Attack[] = [...constructorWalks, ...outerErrors, ...poison, ...ambient, ...frames, ...memory];
