/**
 * Between SES's repair and its harden: what the realm's own `Error` shows of a stack. Only frames of the
 * plugin: the others are ours, and call sites hold functions and `this` of whoever is on the stack.
 */
import { PLUGIN_FILE } from '../wire.ts';

const FRAMES_READ = 30;
const FRAMES_SHOWN = 20;
const HEAD_LENGTH = 512;

const head = (error: unknown): string => {
  try {
    const { name, message } = error as { name: unknown; message: unknown };
    const kind = typeof name === 'string' ? name : 'Error';
    return typeof message === 'string' && message !== '' ? `${kind}: ${message.slice(0, HEAD_LENGTH)}` : kind;
  } catch {
    return 'Error';
  }
};

const frames = (sites: readonly NodeJS.CallSite[]): string => {
  try {
    let shown = '';
    let count = 0;
    for (let i = 0; i < sites.length && count < FRAMES_SHOWN; i++) {
      const site = sites[i] as NodeJS.CallSite;
      if (site.getFileName() !== PLUGIN_FILE) continue;
      count++;
      const name = site.getFunctionName();
      shown += `\n    at ${typeof name === 'string' ? name : '<anonymous>'} (${PLUGIN_FILE}:${site.getLineNumber()}:${site.getColumnNumber()})`;
    }
    return shown;
  } catch {
    return '';
  }
};

const LiveError = Error;
LiveError.stackTraceLimit = FRAMES_READ;
LiveError.prepareStackTrace = (error, sites) => head(error) + frames(sites);
// SES wraps what it is given, so that call sites come in attenuated; the wrapped one is what stays.
const wrapped = LiveError.prepareStackTrace;
const fixed = (value: unknown): PropertyDescriptor => ({ get: () => value, set: () => {}, enumerable: false, configurable: false });
Object.defineProperty(LiveError, 'prepareStackTrace', fixed(wrapped));
Object.defineProperty(LiveError, 'stackTraceLimit', fixed(FRAMES_READ));
