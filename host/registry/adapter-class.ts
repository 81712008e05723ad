/** `adapter_class`: `telegram#TelegramAdapter`, `./adapter.ts#MyAdapter`, or the old dotted form. */
import { nearest } from '../../schemas/nearest.ts';

export type AdapterClass =
  | { kind: 'builtin'; builtin: string; export_name: string; old_form: boolean }
  /** `entry` without the leading `./`. */
  | { kind: 'folder'; entry: string; export_name: string }
  | { kind: 'invalid'; message: string; hint: string };

/** A built-in's id and the name of its class. */
export type BuiltinNames = ReadonlyMap<string, string>;

const ENTRY = /^\.\/[^\\\u0000-\u001f]+\.(?:ts|mts|cts|js|mjs|cjs)$/;
const NAME = /^[A-Za-z_$][\w$]{0,127}$/;
const DOTTED = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/;
const BOTH_FORMS = 'Write "./adapter.ts#MyAdapter" for a file of this folder.';

const invalid = (message: string, hint: string): AdapterClass => ({ kind: 'invalid', message, hint });

const oneOf = (builtins: BuiltinNames): string => [...builtins].map(([id, name]) => `${id}#${name}`).join(', ');

const parseBuiltin = (id: string, name: string, old_form: boolean, builtins: BuiltinNames): AdapterClass => {
  const known = builtins.get(id);
  if (known === name) return { kind: 'builtin', builtin: id, export_name: name, old_form };
  const byClass = [...builtins].find(([, each]) => each === name)?.[0];
  const meant = known === undefined ? (byClass ?? nearest(id, builtins.keys())) : id;
  const hint = meant ? `Did you mean "${meant}#${builtins.get(meant)}"?` : `Built in: ${oneOf(builtins)}. ${BOTH_FORMS}`;
  if (known === undefined) return invalid(`There is no built-in plugin "${id}".`, hint);
  return invalid(`The built-in plugin "${id}" has no class "${name}".`, hint);
};

const parseEntry = (path: string, name: string): AdapterClass => {
  const entry = path.slice(2);
  if (!ENTRY.test(path) || entry.split('/').some((step) => ['', '.', '..'].includes(step))) {
    return invalid(
      `"${path}" names no file of this folder that can be an adapter.`,
      'Write a path inside the folder that ends in .ts, .mts, .cts, .js, .mjs or .cjs: "./adapter.ts#MyAdapter".',
    );
  }
  if (name === 'default' || !NAME.test(name)) {
    return invalid(`"${name}" is no named export.`, `Export the class by a name, and write it behind the "#": "${path}#MyAdapter".`);
  }
  return { kind: 'folder', entry, export_name: name };
};

const parseWithoutExport = (text: string, builtins: BuiltinNames): AdapterClass => {
  if (text.startsWith('./')) return invalid('The name of the exported class is missing.', `Write "${text}#MyAdapter".`);
  if (DOTTED.test(text) && !/\.(?:ts|mts|cts|js|mjs|cjs)$/.test(text)) {
    const words = text.split('.');
    return parseBuiltin(words.at(-2) ?? '', words.at(-1) ?? '', true, builtins);
  }
  const id = [...builtins].find(([each, name]) => each === text || name === text)?.[0];
  const hint = id ? `Did you mean "${id}#${builtins.get(id)}"?` : `Built in: ${oneOf(builtins)}. ${BOTH_FORMS}`;
  return invalid(`"${text}" names no adapter.`, hint);
};

/** Pure: whether the file exists is not looked at. */
export const parseAdapterClass = (text: string, builtins: BuiltinNames): AdapterClass => {
  const parts = text.split('#');
  if (parts.length > 2) return invalid('There is more than one "#".', BOTH_FORMS);
  const [path = '', name] = parts;
  if (name === undefined) return parseWithoutExport(text, builtins);
  if (path.startsWith('./')) return parseEntry(path, name);
  if (/[/\\]|\.(?:ts|mts|cts|js|mjs|cjs)$/.test(path)) {
    return invalid(`"${path}" is no path inside this folder.`, `Begin it with "./": "./adapter.ts#${name || 'MyAdapter'}".`);
  }
  return parseBuiltin(path, name, false, builtins);
};
