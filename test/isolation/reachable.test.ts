import { expect, it } from 'vitest';
import { useSandbox } from '../host/sandbox/fixture.ts';

const { start } = useSandbox();

/** Everything that properties, prototypes, syntax and calls lead to from a fresh realm, by path, unless it is frozen. */
const WALK = `
const seen = new Set();
const mutable = [];
const visit = (thing, path) => {
  if ((typeof thing !== 'object' && typeof thing !== 'function') || thing === null || seen.has(thing)) return;
  seen.add(thing);
  if (!Object.isFrozen(thing)) mutable.push(path);
  if (thing instanceof Map || thing instanceof Set || ArrayBuffer.isView(thing) || thing instanceof Date || thing instanceof ArrayBuffer) mutable.push(path + ' (holds state)');
  visit(Object.getPrototypeOf(thing), path + '.[[Prototype]]');
  for (const key of Reflect.ownKeys(thing)) {
    const property = Reflect.getOwnPropertyDescriptor(thing, key);
    if (property.writable && thing === globalThis) mutable.push(path + '.' + String(key) + ' (writable)');
    visit(property.value, path + '.' + String(key));
    visit(property.get, path + '.get ' + String(key));
    visit(property.set, path + '.set ' + String(key));
  }
};
const proto = (thing) => Object.getPrototypeOf(thing);
const bySyntax = () => ({
  arrow: proto(() => {}), async: proto(async () => {}), generator: proto(function* () {}), asyncGenerator: proto(async function* () {}),
  generatorObject: proto(proto((function* () {})())), asyncGeneratorObject: proto(proto((async function* () {})())),
  arrayIterator: proto([][Symbol.iterator]()), stringIterator: proto(''[Symbol.iterator]()), mapIterator: proto(new Map().entries()),
  setIterator: proto(new Set().values()), regExpIterator: proto('a'.matchAll(/a/g)), regExp: proto(/x/), segments: proto(new Intl.Segmenter('en').segment('x')),
  segmentIterator: proto(new Intl.Segmenter('en').segment('x')[Symbol.iterator]()), arguments: proto((function () { return arguments; })()),
  template: ((parts) => proto(parts))\`x\`, bigint: proto(1n), symbol: proto(Symbol()), number: proto(1), string: proto(''), boolean: proto(true),
  collator: proto(new Intl.Collator()), numberFormat: proto(new Intl.NumberFormat()), dateFormat: proto(new Intl.DateTimeFormat()),
  proxyOfFunction: proto(new Proxy(() => {}, {})), bound: proto((() => {}).bind()), classOf: proto(class {}), module: proto(URLSearchParams),
  searchParamsIterator: proto(new URLSearchParams('a=1').entries()), asyncIterator: proto(proto(proto((async function* () {})()))),
});
class Adapter {
  constructor(context) { this.context = context; }
  receive() {
    seen.add(__plugin);
    visit(globalThis, 'globalThis');
    visit(this.context, 'context');
    const own = bySyntax();
    for (const key of Object.keys(own)) visit(own[key], key);
    return [mutable, seen.size];
  }
}
return { Adapter };`;

it('nothing that an adapter can reach can be changed', async () => {
  using plugin = await start(WALK);
  const result = await plugin.adapter.call('receive', []);
  if (!result.ok) throw new Error(result.message);
  const [mutable, size] = result.value as [string[], number];
  expect(mutable).toEqual([]);
  expect(size).toBeGreaterThan(700);
});
