/**
 * Guest-side tools of the attacks, as source: `climb(thing, label)` tries to get from any object to code execution
 * or to something mutable of another realm, and answers what it got, or null.
 */
export const CLIMB = `
const TEXTS = ['return process', 'return require', 'return globalThis.process || globalThis.require', 'return this'];
const tryCode = (make) => {
  for (const text of TEXTS) {
    try {
      const got = make(text)();
      if (got !== undefined && got !== null && got !== globalThis) return 'ran text: ' + text;
    } catch {}
  }
  return null;
};
const chain = (thing) => {
  const all = [];
  let o = thing;
  for (let i = 0; i < 12 && o !== null && (typeof o === 'object' || typeof o === 'function'); i++) {
    all.push(o);
    try { o = Object.getPrototypeOf(o); } catch { break; }
  }
  return all;
};
const climb = (thing) => {
  const todo = [thing];
  const seen = new Set();
  while (todo.length > 0 && seen.size < 400) {
    const next = todo.pop();
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null || seen.has(next)) continue;
    seen.add(next);
    if (typeof next === 'function') {
      const ran = tryCode((text) => next(text)) || tryCode((text) => new next(text));
      if (ran) return ran;
    }
    for (const proto of chain(next).slice(1)) {
      if (!Object.isFrozen(proto) && !mine.has(proto)) return 'found a prototype that is not frozen';
      todo.push(proto);
    }
    for (const key of ['constructor', 'caller', 'callee', 'arguments', '__proto__', 'prototype', 'next', 'return', 'then', 'process', 'require']) {
      try { todo.push(next[key]); } catch {}
    }
  }
  return null;
};
/** Prototypes of the attack's own classes. */
const mine = new Set();
const own = (C) => (mine.add(C.prototype), C);
const thrown = (f) => { try { f(); } catch (e) { return e; } return undefined; };
const deep = (f, n = 0) => { try { return deep(f, n + 1); } catch { return f(n); } };
`;
