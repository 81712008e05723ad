/** What an adapter may not import, and what to use instead. */
import { builtinModules } from 'node:module';

export interface Refusal {
  message: string;
  hint: string;
}

const NEVER = 'Adapters are never given this; leave the import out.';
const PURE = 'Use a package of plain JavaScript that is bundled with the adapter.';
const NETWORK = 'Use context.fetch and ask for the origin in the manifest\'s "permissions.network".';
const STORAGE = 'Adapters have no files; keep small state with the permission "storage", and name attachments by reference.';

const INSTEAD: Record<string, string> = {
  fs: STORAGE,
  http: NETWORK,
  https: NETWORK,
  http2: NETWORK,
  undici: NETWORK,
  net: NETWORK,
  tls: NETWORK,
  dgram: NETWORK,
  dns: NETWORK,
  crypto: 'Use context.crypto: hash, random and uuid; what needs a secret is the permission "hmac".',
  timers: 'Use context.timers and ask for the permission "timers".',
  process: 'Use context.config for settings; the environment is never given.',
  perf_hooks: 'Use context.clock.',
  console: 'Use context.log, or the global console.',
  buffer: 'Use Uint8Array, TextEncoder, TextDecoder, atob and btoa.',
  querystring: 'Use the global URLSearchParams.',
  url: 'Use the global URLSearchParams.',
  events: 'Install the npm package "events"; it is bundled with the adapter.',
  assert: 'Throw an Error.',
  path: PURE,
  util: PURE,
  stream: PURE,
  string_decoder: PURE,
  punycode: PURE,
  zlib: PURE,
};

const BUILTINS = new Set(builtinModules.map((name) => name.replace(/^node:/, '')));

export const isBuiltin = (specifier: string): boolean => specifier.startsWith('node:') || BUILTINS.has(specifier);

export const refuseBuiltin = (specifier: string): Refusal => {
  const root = specifier.replace(/^node:/, '').split('/')[0] ?? '';
  return { message: `An adapter may not import the Node module "${specifier}".`, hint: INSTEAD[root] ?? NEVER };
};

/** Imports that are refused by how they are written, wherever they would lead. */
export const refuseSpecifier = (specifier: string): Refusal | null => {
  if (specifier.startsWith('node:')) return refuseBuiltin(specifier);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(specifier)) {
    return {
      message: `An adapter may not import from the URL "${specifier}".`,
      hint: 'Put the file into the plugin folder and import it by path.',
    };
  }
  if (/\.(node|wasm)$/i.test(specifier)) {
    return { message: `An adapter may not import native code or WebAssembly ("${specifier}").`, hint: PURE };
  }
  if (specifier.startsWith('/') || specifier.includes('\\')) {
    return {
      message: `An adapter may not import by an absolute path ("${specifier}").`,
      hint: 'Use a path that begins with "./" or "../".',
    };
  }
  return null;
};

export const refuseOutside = (specifier: string): Refusal => ({
  message: `The import "${specifier}" leads out of the plugin folder.`,
  hint: 'Copy the file into the plugin folder; links that lead outside are not followed.',
});

export const refuseMissing = (specifier: string): Refusal => ({
  message: `The import "${specifier}" was not found.`,
  hint: /^\.\.?(\/|$)/.test(specifier)
    ? 'Check the path; it is read as UNIX systems do, where upper and lower case differ.'
    : `Install "${specifier}" into the plugin folder's node_modules, or check its spelling.`,
});

export const LOADERS = {
  ts: 'ts',
  mts: 'ts',
  cts: 'ts',
  js: 'js',
  mjs: 'js',
  cjs: 'js',
  json: 'json',
  txt: 'text',
} as const;

export type Extension = keyof typeof LOADERS;

export const extensionOf = (path: string): Extension | null => {
  const extension = /\.([a-z]+)$/.exec(path)?.[1] ?? '';
  return Object.hasOwn(LOADERS, extension) ? (extension as Extension) : null;
};

export const refuseExtension = (path: string): Refusal => ({
  message: `A file of this kind cannot be part of an adapter: "${path}".`,
  hint: `Files may end in ${Object.keys(LOADERS)
    .map((one) => `.${one}`)
    .join(', ')}.`,
});
