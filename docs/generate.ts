/**
 * Writes the reference of docs/plugin-guide.md between its markers, from the schemas, the SDK's own docstrings, the rules
 * of the contract and the table of errors: `npm run docs`. A test holds the page in step.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContractCheck } from '../host/conformance/contract-check.ts';
import { CHANNEL_CHECKS, CONNECTOR_CHECKS } from '../host/conformance/suite.ts';
import { ERRORS } from '../host/errors.ts';
import * as sdk from '../plugins/sdk/index.ts';
import { ConnectorManifest } from '../schemas/connector-manifest.ts';
import { Manifest } from '../schemas/manifest.ts';
import { InboundMessageInput } from '../schemas/message.ts';
import { MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES, SCHEMA_KEYWORDS } from '../schemas/params-schema.ts';
import { fieldsOf } from './schema-fields.ts';
import { docOf, membersOf, namesLike } from './source-docs.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const PAGE = path.join(ROOT, 'docs/plugin-guide.md');
const SDK_FILES = ['index', 'connector', 'network', 'params', 'platform-error', 'receipts', 'timestamp', 'untrusted'];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
const code = (text: string): string => `\`${cell(text)}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const schemaTable = (schema: object): string =>
  table(
    ['field', 'type', 'meaning'],
    fieldsOf(schema).map(({ name, required, type, description }) => [
      code(name) + (required ? ' (required)' : ''),
      cell(type),
      cell(description),
    ]),
  );

const source = (file: string): string => readFileSync(path.join(ROOT, `plugins/sdk/${file}.ts`), 'utf8');
const memberTable = (file: string, name: string): string =>
  table(
    ['member', ''],
    membersOf(source(file), name).map(({ signature, doc }) => [code(signature), cell(doc)]),
  );

/** Every type of what the context holds, whatever is added to it. */
const contextTypes = (): string =>
  namesLike(source('index'), /^Plugin(?!Context$)/)
    .map(({ name, is_interface }) => {
      const doc = docOf(source('index'), name);
      const body = is_interface ? memberTable('index', name) : '';
      return [`#### ${name}`, doc, body].filter((part) => part !== '').join('\n\n');
    })
    .join('\n\n');

const values = (): string =>
  table(
    ['export', ''],
    Object.keys(sdk)
      .sort((a, b) => a.localeCompare(b, 'en'))
      .map((name) => [code(name), cell(SDK_FILES.map((file) => docOf(source(file), name)).find((doc) => doc !== '') ?? '')]),
  );

const rules = (checks: readonly ContractCheck[]): string =>
  table(
    ['rule', 'what holds', 'what to do when it does not'],
    checks.map(({ id, sentence, fix }) => [code(id), cell(sentence), cell(fix)]),
  );

const errors = (): string =>
  table(
    ['code', 'status', 'trying again can help', 'meaning'],
    Object.entries(ERRORS).map(([name, { status, retryable, title }]) => [code(name), String(status), retryable ? 'yes' : 'no', title]),
  );

const SECTIONS: Readonly<Record<string, () => string>> = {
  'channel manifest': () => schemaTable(Manifest),
  'connector manifest': () => schemaTable(ConnectorManifest),
  'schema keywords': () =>
    `${SCHEMA_KEYWORDS.map(code).join(', ')}; at most ${MAX_SCHEMA_DEPTH} deep and ${MAX_SCHEMA_NODES} nodes in all.`,
  'channel adapter': () => memberTable('index', 'ChannelAdapter'),
  'inbound message': () => schemaTable(InboundMessageInput),
  connector: () => memberTable('connector', 'BaseConnector'),
  context: () => memberTable('index', 'PluginContext'),
  'context types': contextTypes,
  'sdk values': values,
  'channel rules': () => rules(CHANNEL_CHECKS),
  'connector rules': () => rules(CONNECTOR_CHECKS),
  errors,
};

const MARKED = /(<!-- generated: ([a-z ]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The page with every generated part as it should be now. Throws for a part that nothing generates, or that is missing. */
export const generatePage = (page: string): string => {
  const found = new Set<string>();
  const written = page.replace(MARKED, (_all, opening: string, name: string, closing: string) => {
    const write = Object.hasOwn(SECTIONS, name) ? SECTIONS[name] : undefined;
    if (write === undefined) throw new Error(`docs/plugin-guide.md: nothing generates "${name}"`);
    found.add(name);
    return `${opening}\n${write()}\n\n${closing}`;
  });
  const missing = Object.keys(SECTIONS).filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`docs/plugin-guide.md: no place for ${missing.join(', ')}`);
  return written;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(PAGE, generatePage(readFileSync(PAGE, 'utf8')));
