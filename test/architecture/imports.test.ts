/** The rules of the house that can be read from the source. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

const filesBelow = (dir: string): string[] =>
  readdirSync(path.join(root, dir), { withFileTypes: true }).flatMap((entry) => {
    const name = `${dir}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(name);
    return /\.tsx?$/.test(name) ? [name] : [];
  });

interface Import {
  from: string;
  to: string;
  type_only: boolean;
}

const importsOf = (file: string): Import[] => {
  const source = readFileSync(path.join(root, file), 'utf8');
  return [...source.matchAll(/^(?:import|export)\s+(type\s+)?([^'";]*?\sfrom\s+)?'([^']+)'/gm)].map((match) => {
    const target = match[3] as string;
    const to = target.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), target)) : target;
    return { from: file, to, type_only: match[1] !== undefined };
  });
};

const FILES = ['host', 'plugins', 'schemas'].flatMap(filesBelow);
const IMPORTS = FILES.flatMap(importsOf);
const roomOf = (file: string): string =>
  file.startsWith('host/') ? (file.split('/')[1] as string).replace(/\.ts$/, '') : (file.split('/')[0] as string);
const show = ({ from, to }: Import): string => `${from} → ${to}`;

/** Third-party packages and the only places that may import them. */
const HOMES: Record<string, readonly string[]> = {
  sqlite3: ['host/db/connection.ts'],
  ajv: ['schemas/'],
  'ajv-formats': ['schemas/'],
  typebox: ['schemas/', 'host/registry/field-value.ts', 'host/admin/', 'host/agents/http.ts', 'host/console/page/api/answers.ts'],
  re2js: ['schemas/', 'host/registry/'],
  ses: ['host/sandbox/'],
  esbuild: ['host/sandbox/', 'host/build.ts', 'host/pages/build-page.ts'],
  undici: ['host/egress/'],
  'ipaddr.js': ['host/egress/', 'host/webchat/', 'host/config/'],
  pino: ['host/lib/logger.ts'],
  'pino-pretty': ['host/lib/logger.ts'],
  semver: ['host/registry/'],
  chokidar: ['host/registry/watch.ts'],
  '@modelcontextprotocol/sdk': ['host/admin/mcp/answer.ts'],
  '@fastify/cookie': ['host/admin/access/cookie.ts'],
  fastify: ['host/admin/', 'host/webchat/', 'host/console/', 'host/pages/', 'host/http/', 'host/wiring/api.ts'],
  commander: ['host/cli/'],
  'prom-client': ['host/admin/metrics.ts'],
  marked: ['host/console/page/parts/read-markdown.ts'],
  preact: ['host/webchat/page/', 'host/console/page/', 'host/pages/browser/'],
  tsx: ['host/register.ts'],
  ulid: ['host/lib/ids.ts'],
  tinypool: ['host/lib/jobs.ts'],
  nodemailer: ['host/capabilities/mail-transport.ts'],
  // Bundled into the connector that reads with them, and confined with it.
  '@mozilla/readability': ['plugins/connectors/web_fetch/'],
  linkedom: ['plugins/connectors/web_fetch/'],
  htmlparser2: ['plugins/connectors/'],
};

const packageOf = (to: string): string => (to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] as string));

/** A package that has its home in this plugin. */
const isAtHome = (from: string, to: string): boolean => {
  const name = packageOf(to);
  return Object.hasOwn(HOMES, name) && (HOMES[name] ?? []).some((home) => home.startsWith('plugins/') && from.startsWith(home));
};

/** Rooms whose code (not types) a room may import, beside itself, lib, errors, version and schemas. What is not here it receives as an argument. */
const ALLOWED: Record<string, readonly string[]> = {
  // Composition and edges.
  host: ['*'],
  wiring: ['*'],
  main: ['*'],
  index: ['*'],
  register: [],
  build: ['*'],
  cli: ['*'],
  // Rooms.
  db: ['audit'],
  ledger: ['db'],
  secrets: ['db'],
  bus: ['agents', 'commands', 'outbox', 'policy'],
  outbox: [],
  policy: [],
  agents: ['egress', 'config'],
  commands: [],
  sessions: [],
  people: [],
  backup: ['db', 'secrets'],
  audit: [],
  // Entries of threads: what runs there is composed there.
  jobs: ['audit', 'db'],
  retention: [],
  egress: [],
  capabilities: ['sandbox', 'egress'],
  // The pool of what an operator installs lives by the registry's rules.
  connectors: ['policy', 'registry'],
  sandbox: [],
  ingress: [],
  registry: ['ingress'],
  // What the two pages share, and the pages.
  pages: [],
  webchat: ['http', 'pages'],
  console: ['pages'],
  admin: ['http', 'ledger', 'outbox', 'policy', 'commands'],
  approvals: [],
  http: [],
  config: [],
  conformance: ['ingress'],
};

const FREE: ReadonlySet<string> = new Set(['lib', 'errors', 'version', 'schemas']);

describe('imports', () => {
  it('schemas and lib import nothing of ours', () => {
    const wrong = IMPORTS.filter(
      ({ from, to }) =>
        (from.startsWith('schemas/') && /^(host|plugins)\//.test(to)) ||
        (from.startsWith('host/lib/') && /^(host|plugins|schemas)\//.test(to) && !to.startsWith('host/lib/')),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('plugins import only the SDK, schemas and themselves', () => {
    const wrong = IMPORTS.filter(({ from, to, type_only }) => {
      if (!from.startsWith('plugins/') || type_only) return false;
      // As their authors write them: the SDK by its name, and Node's own modules in tests.
      if (from.startsWith('plugins/template/') && (to.startsWith('communicationos/sdk') || from.endsWith('.test.ts'))) return false;
      const own = from.split('/').slice(0, 3).join('/');
      return !(
        to.startsWith('plugins/sdk/') ||
        to.startsWith('schemas/') ||
        to.startsWith(`${own}/`) ||
        isAtHome(from, to) ||
        (from.startsWith('plugins/sdk/') && to.startsWith('node:'))
      );
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('a third-party package has one home', () => {
    const wrong = IMPORTS.filter(({ from, to }) => {
      const name = packageOf(to);
      const homes = Object.hasOwn(HOMES, name) ? HOMES[name] : undefined;
      return homes !== undefined && !homes.some((home) => from.startsWith(home));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('rooms receive what they need instead of importing their neighbours', () => {
    const wrong = IMPORTS.filter(({ from, to, type_only }) => {
      if (!from.startsWith('host/') || !to.startsWith('host/') || type_only) return false;
      const [room, target] = [roomOf(from), roomOf(to)];
      if (room === target || FREE.has(target)) return false;
      const allowed = ALLOWED[room] ?? [];
      return !allowed.includes('*') && !allowed.includes(target);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('every room of the host has its line in the table', () => {
    const rooms = new Set(FILES.filter((file) => file.startsWith('host/')).map(roomOf));
    expect([...rooms].filter((room) => !FREE.has(room) && !Object.hasOwn(ALLOWED, room))).toEqual([]);
  });

  it('policy has no clock and no I/O', () => {
    const wrong = IMPORTS.filter(({ from, to }) => from.startsWith('host/policy/rules/') && to.startsWith('node:'));
    expect(wrong.map(show)).toEqual([]);
    const clocks = FILES.filter(
      (file) => file.startsWith('host/policy/rules/') && /Date\.now|performance\.now/.test(readFileSync(path.join(root, file), 'utf8')),
    );
    expect(clocks).toEqual([]);
  });

  it('the environment is read in one place', () => {
    const readers = FILES.filter((file) => /process\.env\b/.test(readFileSync(path.join(root, file), 'utf8')));
    // The bundler only names it, to replace it; the self-test looks whether a confined worker sees any.
    expect(readers).toEqual(['host/main.ts', 'host/sandbox/bundle.ts', 'host/sandbox/worker/self-test.ts']);
  });
});
