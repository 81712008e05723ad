/** Writes the `.schema.json` files that editors use: `tsx schemas/generate.ts`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TSchema } from 'typebox';
import { ChannelsConfig } from './channels-config.ts';
import { ConnectorManifest } from './connector-manifest.ts';
import { ConnectorsConfig } from './connectors-config.ts';
import { Manifest } from './manifest.ts';
import { SecurityPolicy } from './security-policy.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const LINE_WIDTH = 140;

const SCHEMAS: Readonly<Record<string, TSchema>> = {
  'manifest.schema.json': Manifest,
  'connector.schema.json': ConnectorManifest,
  'security_policy.schema.json': SecurityPolicy,
  'channels_config.schema.json': ChannelsConfig,
  'connectors_config.schema.json': ConnectorsConfig,
};

/** Printed as the formatter prints it, so that generating and formatting never undo each other. */
const print = (value: unknown, indent: string, column: number): string => {
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((each) => print(each, deeper, 0)).join(', ')}]`;
    if (!line.includes('\n') && column + line.length < LINE_WIDTH) return line;
    return `[\n${value.map((each) => deeper + print(each, deeper, deeper.length)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, each]) => {
    const start = `${deeper}${JSON.stringify(key)}: `;
    return start + print(each, deeper, start.length);
  });
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
};

/** The files' names and contents. */
export const generateSchemas = (): Map<string, string> =>
  new Map(
    Object.entries(SCHEMAS).map(([file, schema]) => {
      const plain = JSON.parse(JSON.stringify(schema)) as object;
      return [file, `${print({ $schema: DIALECT, ...plain }, '', 0)}\n`];
    }),
  );

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [file, text] of generateSchemas()) writeFileSync(path.join(import.meta.dirname, file), text);
}
