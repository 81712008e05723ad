/** SES for both realms: one compiled script, one set of options. */
import { readFileSync } from 'node:fs';
import { createContext, Script } from 'node:vm';
import { STANDARD_GLOBALS } from './realm-globals.ts';

/**
 * `no-eval`: nothing here evaluates text. `severe`: what is inherited from `Object.prototype` and the error
 * prototypes may be overridden by assignment, as npm packages do. The `none`s: SES must not install handlers that
 * print a guest's errors.
 */
export const LOCK_OPTIONS = JSON.stringify({
  evalTaming: 'no-eval',
  errorTaming: 'safe',
  stackFiltering: 'concise',
  overrideTaming: 'severe',
  consoleTaming: 'unsafe',
  errorTrapping: 'none',
  unhandledRejectionTrapping: 'none',
  reporting: 'none',
  domainTaming: 'unsafe',
  localeTaming: 'safe',
  regExpTaming: 'safe',
});

const FILENAME = 'ses.js';

/** `cache` comes from `warmSes` of this process; V8 leaves it aside when it does not fit. It saves half of a boot. */
export const compileSes = (file: string, cache?: Uint8Array): Script =>
  new Script(readFileSync(file, 'utf8'), { filename: FILENAME, cachedData: cache as Buffer | undefined });

/** The compiled form of SES after a run, so that it holds the functions that a run compiles. */
export const warmSes = (file: string): Uint8Array => {
  const ses = compileSes(file);
  ses.runInContext(createContext());
  return ses.createCachedData();
};

/** What SES itself needs of the global until `lockdown` is through. */
const NEEDED_BY_SES = ['eval', 'Function', 'console', 'WeakRef', 'FinalizationRegistry', 'SuppressedError'];

const trimGlobal = (keep: ReadonlySet<PropertyKey>): void => {
  for (const key of Reflect.ownKeys(globalThis)) if (!keep.has(key)) Reflect.deleteProperty(globalThis, key);
};

/** SES's deep freeze, of the worker's own realm. */
export type Harden = (value: unknown) => unknown;

/**
 * Locks the worker's own realm. The guest gets nothing of it, but errors of this realm reach it all the same
 * (the rejection of `import('x')`, a symbol as an error's name), and `constructor.constructor` climbs from there.
 */
export const lockOuterRealm = (ses: Script): Harden => {
  trimGlobal(new Set([...STANDARD_GLOBALS, ...NEEDED_BY_SES]));
  ses.runInThisContext();
  const { lockdown } = globalThis as unknown as { lockdown(options: unknown): void };
  lockdown(JSON.parse(LOCK_OPTIONS));
  const { harden } = globalThis as unknown as { harden: Harden };
  trimGlobal(new Set(STANDARD_GLOBALS));
  return harden;
};
