/** Makes the realm that plugin code lives in, locks it, and puts our in-realm half of the bridge into it. */
import { constants, createContext, Script } from 'node:vm';
import { PLUGIN_FILE } from '../wire.ts';
import { type Harden, LOCK_OPTIONS } from './lock.ts';
import type { Primitive } from './powers.ts';

/** Scripts made from `../guest/` when the bootstrap is built. Each is an expression. */
declare const GUEST_PREPARE: string;
declare const GUEST_ERRORS: string;
declare const GUEST_BRIDGE: string;

/** Functions of the guest. What they throw or return is the guest's: never read, only handed back to `describe`. */
export interface GuestRealm {
  /** Evaluates a bundle. Throws whatever the plugin throws. */
  evaluate(code: string): void;
  /** Constructs the adapter; answers a frame. */
  start(start: string): string;
  receive(frame: string): void;
  fire(timer: number): void;
  /** The frame for a bundle that threw at load. */
  describe(error: unknown): string;
}

type Enter = (power: (name: string, a: Primitive, b: Primitive, c: Primitive) => Primitive) => Omit<GuestRealm, 'evaluate'>;

/**
 * The rejection of `import()` is an error of Node's own making, on a prototype that no lock knows of. It is drawn
 * out once and frozen; the promise settles in this turn's microtasks, before any frame can come in.
 */
const freezeImportError = (rejected: unknown, harden: Harden): void => {
  (rejected as Promise<unknown>).catch((error: unknown) => void harden(error));
};

/** `DONT_CONTEXTIFY`: an ordinary global, so that it can be frozen. */
export const createGuestRealm = (ses: Script, harden: Harden, power: Parameters<Enter>[0]): GuestRealm => {
  const context = createContext(constants.DONT_CONTEXTIFY as unknown as object, { codeGeneration: { strings: false, wasm: false } });
  const run = (source: string, filename: string): unknown => new Script(source, { filename }).runInContext(context);
  run(GUEST_PREPARE, 'prepare.js');
  ses.runInContext(context);
  run(`repairIntrinsics(${LOCK_OPTIONS})`, 'repair.js');
  run(GUEST_ERRORS, 'errors.js');
  run('hardenIntrinsics()', 'harden.js');
  freezeImportError(run("import('x')", 'import.js'), harden);
  const enter = run(GUEST_BRIDGE, 'bridge.js') as Enter;
  return { ...enter(power), evaluate: (code) => void run(code, PLUGIN_FILE) };
};
