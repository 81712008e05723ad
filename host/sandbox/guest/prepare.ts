/** First in a fresh guest realm, before SES: what may not exist at all, and the byte budget of buffers. */
import { budgetBuffers } from './array-buffers.ts';

for (const name of ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'escape', 'unescape']) Reflect.deleteProperty(globalThis, name);
budgetBuffers();
