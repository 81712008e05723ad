/** Bodies of `receive` that take memory until something stops them. */
export interface MemoryBomb {
  name: string;
  body: string;
}

export const MEMORY_BOMBS: readonly MemoryBomb[] = [
  { name: 'numbers pushed into an array', body: 'const a = []; for (let i = 0; ; i++) a.push(i);' },
  { name: 'objects in a chain', body: 'let list = null; for (;;) list = { list, a: 1, b: 2 };' },
  { name: 'a large map', body: 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });' },
  { name: 'a large set of strings', body: 'const s = new Set(); for (let i = 0; ; i++) s.add("k" + i);' },
  { name: 'one huge array of doubles', body: 'const all = []; for (;;) all.push(new Array(1e8).fill(1.5));' },
  {
    name: 'a string that doubles',
    body: 'let s = "x".repeat(1000); const all = []; for (;;) { s = s.length < 2e8 ? s + s : s; all.push(s.split("").join("")); }',
  },
  {
    name: 'flattened strings of 200 MB',
    body: 'const all = []; for (;;) { const s = "ab".repeat(1e8); all.push(s, s.charCodeAt(s.length - 1), s.toUpperCase()); }',
  },
  { name: 'buffers', body: 'const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1));' },
  { name: 'closures', body: 'const all = []; for (;;) { const own = new Array(100).fill(all.length); all.push(() => own); }' },
  { name: 'regular expression matches', body: 'const text = "a".repeat(1e6); const all = []; for (;;) all.push(...text.matchAll(/a/g));' },
  {
    name: 'typed arrays through every constructor',
    body: 'const all = []; for (;;) for (const T of [Float64Array, BigInt64Array, Uint8ClampedArray]) all.push(new T(65536).fill(T === BigInt64Array ? 1n : 1));',
  },
  {
    name: 'a promise for each turn',
    body: 'const all = []; for (;;) { all.push(Promise.resolve(all.length).then((n) => new Array(1000).fill(n))); await null; }',
  },
  { name: 'a result of giant size', body: 'return Array.from({ length: 5e6 }, (_, i) => "value " + i);' },
  {
    name: 'a big integer that grows',
    body: 'let n = 2n; const all = []; for (;;) { n = n.toString(2).length < 5e7 ? n * n : n; all.push(n + BigInt(all.length)); }',
  },
];
