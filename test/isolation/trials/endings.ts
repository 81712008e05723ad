/** Loops, memory, floods and exits: what has to end the plugin, and only the plugin. */
import { byCode, ended, hostile, inRealm, type Trial } from '../trial.ts';
import { MEMORY_BOMBS } from './memory-bombs.ts';

const STUCK = /stood still|passed its deadline/;
const loop = (name: string, body: string): Trial => ended(name, hostile({ body }), STUCK, { timeout_ms: 20_000 });
const silent = (name: string, body: string): Trial => ended(name, hostile({ body }), /passed its deadline/, { timeout_ms: 300 });

const loops: Trial[] = [
  loop('a loop', 'for (;;) {}'),
  loop('a loop of microtasks', 'for (;;) await null;'),
  loop('a regular expression that backtracks', 'return /^(a+)+$/.test("a".repeat(40) + "b");'),
  loop('a sort whose comparison loops', '[3, 1, 2].sort(() => { for (;;) {} });'),
  loop('a result whose toJSON loops', 'return { toJSON() { for (;;) {} } };'),
  loop('an error whose message loops', 'throw { get message() { for (;;) {} } };'),
  loop('a loop in a timer', 'context.timers.setTimeout(() => { for (;;) {} }, 4); return null;'),
  ended('a loop at import', 'for (;;) {}', STUCK),
  ended('a loop in the constructor', 'class Adapter { constructor() { for (;;) {} } }\nreturn { Adapter };', STUCK),
  silent('a promise that never resolves', 'return new Promise(() => {});'),
  silent('a thenable that never answers', 'return { then() {} };'),
  ended(
    'work that nobody asked for',
    hostile({
      body: 'const work = () => { const end = context.clock.monotonic_ms() + 40; while (context.clock.monotonic_ms() < end); context.timers.setTimeout(work, 4); }; work(); return null;',
    }),
    /processor time/,
    { cpu_ms_per_second: 30 },
  ),
];

/** What the realm refuses by itself (a string too long, the byte budget of buffers) need not end the plugin. */
const bomb = ({ name, body }: (typeof MEMORY_BOMBS)[number]): Trial => ({
  name,
  // On a busy machine the watchdog may be there before the memory is used up.
  expected: /memory|SIGKILL|SIGABRT|refused inside|stood still/,
  async run(lab) {
    using plugin = await lab.start(hostile({ body }));
    const result = await plugin.adapter.call('receive', [{}], { timeout_ms: 30_000 });
    if (result.ok) return { stopped_by: 'nothing', escaped: 'it had the memory' };
    if (result.fault !== 'died') return { stopped_by: `refused inside: ${result.message}`, escaped: null };
    return { stopped_by: (await plugin.adapter.exited).reason, escaped: null };
  },
});

const floods: Trial[] = [
  byCode(
    'capability calls as fast as they go',
    'for (;;) { const all = await Promise.allSettled(Array.from({ length: 1000 }, () => context.emit({ event_id: "x", body: "y" }))); const no = all.find((one) => one.status === "rejected"); if (no) throw no.reason; }',
    '(?:RATE_LIMITED|TOO_MANY_CALLS)',
  ),
  byCode(
    'calls that nobody awaits',
    'const all = []; for (let i = 0; i < 5000; i++) all.push(context.fetch(API + "/x")); throw (await Promise.allSettled(all)).find((one) => one.status === "rejected").reason;',
    'TOO_MANY_CALLS',
  ),
  byCode('timers without end', 'for (;;) context.timers.setTimeout(() => {}, 60000);', 'TOO_MANY_TIMERS'),
  byCode('a message larger than a frame', 'await context.emit({ event_id: "x", body: "y".repeat(300000) });', 'TOO_LARGE'),
  byCode('a result larger than a frame', 'return "y".repeat(300000);', 'TOO_LARGE'),
  byCode(
    'a result deeper than 64 levels',
    'let deepest = []; for (let i = 0; i < 100; i++) deepest = [deepest]; return deepest;',
    'RESULT_INVALID',
  ),
  byCode('a result with a key of prototypes', 'return JSON.parse(\'{"__proto__": {"admin": true}}\');', 'RESULT_INVALID'),
  byCode('a result that is not JSON', 'const own = {}; own.own = own; return own;', 'RESULT_INVALID'),
  byCode('a getter in the result', 'return { get a() { throw Object.assign(new Error("boo"), { code: "GETTER" }); } };', 'RESULT_INVALID'),
  inRealm({ name: 'log lines without end', body: 'for (let i = 0; i < 50000; i++) context.log.info("line " + i, { i }); return null;' }),
  inRealm({
    name: 'a log line with a getter and a proxy',
    body: 'context.log.info("x", new Proxy({}, { ownKeys() { throw 1; } })); context.log.info("y", { get a() { throw 1; } }); return null;',
  }),
];

const exits: Trial[] = [
  inRealm({
    name: 'process.exit, abort and kill',
    body: 'for (const f of ["exit", "abort", "kill", "reallyExit"]) { try { globalThis.process[f](); return "called " + f; } catch {} } return null;',
  }),
  inRealm({
    name: 'closing the worker',
    body: 'for (const f of ["close", "postMessage", "terminate"]) { try { globalThis[f](); return "called " + f; } catch {} } return null;',
  }),
  ended(
    'a stack overflow at a rejection that nobody handles',
    hostile({
      body: 'const down = () => down(); for (let i = 0; i < 20; i++) Promise.resolve().then(down); return new Promise(() => {});',
    }),
    /passed its deadline/,
    {
      timeout_ms: 500,
    },
  ),
];

export const LOOPS = { name: 'loops', trials: loops };
export const MEMORY = { name: 'memory', trials: MEMORY_BOMBS.map(bomb) };
export const FLOODS = { name: 'floods and results', trials: floods };
export const EXITS = { name: 'exits', trials: exits };
