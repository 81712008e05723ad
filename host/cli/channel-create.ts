/** `agentos channel create ID`: a folder in which a channel or connector can be written, tested and checked at once. */
import { access, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CHANNEL_ID } from '../../schemas/manifest.ts';
import { AppError } from '../errors.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { show } from './output.ts';

export interface CreateOptions extends CommonOptions {
  kind?: string;
}

interface Kind {
  /** Below `store/`. */
  folder: string;
  suffix: string;
  /** How the template writes the id, the class, the name and the variable. */
  words: readonly [id: string, class_name: string, name: string, variable: string];
}

const KINDS: Readonly<Record<string, Kind>> = {
  channel: { folder: 'channels', suffix: 'Adapter', words: ['my_channel', 'MyChannelAdapter', 'My channel', 'MY_CHANNEL'] },
  connector: { folder: 'connectors', suffix: 'Connector', words: ['my_connector', 'MyConnector', 'My connector', 'MY_CONNECTOR'] },
};

const findKind = (name: string): Kind => {
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) throw new AppError('INVALID_PARAMS', `There is no kind "${name}".`, 'Write --kind channel or --kind connector.');
  return kind;
};

const checkId = (id: string): void => {
  if (new RegExp(CHANNEL_ID).test(id)) return;
  const mended = id
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 64);
  const hint = new RegExp(CHANNEL_ID).test(mended) ? `Did you mean "${mended}"?` : 'For example: my_channel.';
  throw new AppError(
    'INVALID_PARAMS',
    `${JSON.stringify(id)} cannot be an id: lower-case letters, digits and "_", a letter first, 2 to 64 in all.`,
    hint,
  );
};

/** `my_channel` → `MyChannelAdapter`, without saying the suffix twice. */
const classNameOf = (id: string, suffix: string): string => {
  const name = id
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return name.endsWith(suffix) ? name : name + suffix;
};

const nameOf = (id: string): string => {
  const text = id.replaceAll('_', ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const fill = (text: string, { words, suffix }: Kind, id: string): string => {
  const own = [id, classNameOf(id, suffix), nameOf(id), id.toUpperCase()];
  return text.replace(new RegExp(words.join('|'), 'g'), (word) => own[words.indexOf(word)] ?? word);
};

const filesBelow = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
    .sort();

/** Others must not write to what is going to be approved: the usual umask of some systems would let them. */
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;

const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(path.dirname(folder), { recursive: true });
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new AppError(
      'STATE_CONFLICT',
      `${folder} exists already; nothing was written.`,
      'Choose another id, or remove the folder first.',
    );
  }
};

/**
 * What the folder's tests and an editor find `communicationos/sdk` by. Beside the plugin's folder, not in it: a folder with
 * links is refused. Null when the package is found already, or something else stands there.
 */
const linkPackage = async (home: string, folder: string, package_dir: string): Promise<string | null> => {
  try {
    createRequire(path.join(folder, 'any.js')).resolve('communicationos/sdk');
    return null;
  } catch {
    const link = path.join(home, 'node_modules/communicationos');
    await mkdir(path.dirname(link), { recursive: true });
    return symlink(package_dir, link, 'junction').then(
      () => link,
      () => null,
    );
  }
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

export const channelCreate = async (context: CliContext, options: CreateOptions, id: string): Promise<void> => {
  const kind_name = options.kind ?? 'channel';
  const kind = findKind(kind_name);
  checkId(id);
  const home = path.resolve(context.cwd, options.home || context.env.AGENTOS_HOME || '.');
  const template = path.join(context.dist_dir, 'plugins/template', kind_name);
  if (!(await exists(template)))
    throw new AppError(
      'INTERNAL',
      `The installation is damaged: ${template} is missing.`,
      'Install CommunicationOS again, or build it: npm run build',
    );
  const folder = path.join(home, 'store', kind.folder, id);
  await makeFolder(folder);
  const written = await filesBelow(template);
  for (const name of written) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
    await writeFile(file, fill(await readFile(path.join(template, name), 'utf8'), kind, id), { flag: 'wx', mode: FILE_MODE });
  }
  const linked = await linkPackage(home, folder, path.dirname(context.dist_dir));
  const shown = path.relative(context.cwd, folder) || '.';
  const next = [
    `npm test --prefix ${shown}`,
    `agentos channel check ${shown}`,
    ...(kind_name === 'channel' ? [`agentos channel approve ${id}`] : []),
  ];
  show(context.stdout, options, { id, kind: kind_name, folder, written, linked, next }, (made) => {
    for (const name of made.written) context.stdout.write(`wrote ${path.join(shown, name)}\n`);
    if (made.linked)
      context.stdout.write(`linked ${path.relative(context.cwd, made.linked)}, where its tests and your editor find communicationos/sdk\n`);
    context.stdout.write('\nNext:\n');
    for (const command of made.next) context.stdout.write(`  ${command}\n`);
  });
};
