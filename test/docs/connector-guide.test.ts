/** docs/connector-guide.md: its examples are files of docs/examples/connectors, which keep the contract and pass their own tests. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { makeHome, ROOT } from '../support/home.ts';

const run = promisify(execFile);
const page = readFileSync(path.join(ROOT, 'docs/connector-guide.md'), 'utf8');
const EXAMPLES = 'docs/examples/connectors';
const names = readdirSync(path.join(ROOT, EXAMPLES)).sort();

/** What an example has nothing to be tried with: neither a required field nor a secret. */
const NOT_APPLICABLE: Readonly<Record<string, readonly string[]>> = {
  custom_service: [],
  github: ['config', 'secrets'],
  tickets: [],
  weather: ['config', 'secrets'],
};

interface Report {
  level: string;
  problems: unknown[];
  missing: string[];
  checks: { id: string; status: string }[];
}

const check = async (folder: string): Promise<Report> => {
  const args = [path.join(ROOT, 'dist/agentos.js'), 'channel', 'check', folder, '--json'];
  return JSON.parse((await run(process.execPath, args, { cwd: ROOT, maxBuffer: 8_000_000 })).stdout);
};

it('has examples, each with what is said of it here', () => {
  expect(names).toEqual(Object.keys(NOT_APPLICABLE));
});

describe.each(names)('the example %s', (name) => {
  const folder = path.join(EXAMPLES, name);

  it('keeps every rule of the contract in the sandbox, at the highest level', async () => {
    const report = await check(folder);
    expect(report).toMatchObject({ level: 'complete', problems: [], missing: [] });
    const ids = (status: string) => report.checks.filter((each) => each.status === status).map(({ id }) => id);
    expect(ids('not_applicable')).toEqual(NOT_APPLICABLE[name]);
    expect(ids('passed')).toHaveLength(report.checks.length - ids('not_applicable').length);
  });

  it('passes its own test, run by plain Node', async () => {
    const test = path.join(folder, 'connector.test.ts');
    const { stdout } = await run(process.execPath, ['--import', './dist/register.js', '--test', '--test-reporter=tap', test], {
      cwd: ROOT,
    });
    expect(stdout).toMatch(/^# pass [1-9]\d*$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it('is linked from the guide', () => {
    expect(page).toContain(`](examples/connectors/${name}`);
  });
});

describe('a connector in code', () => {
  it('is registered and called by the program that embeds the host', async () => {
    const home = makeHome();
    const args = ['--import', './dist/register.js', 'docs/examples/connector-in-code.ts', home.dir, path.join(ROOT, 'dist')];
    try {
      const { stdout } = await run(process.execPath, args, { cwd: ROOT });
      expect(JSON.parse(stdout)).toEqual({ status: 'success', data: { item: 'tea', count: 12 }, evidence: true });
    } finally {
      home.remove();
    }
  });
});

/** A block whose paragraph ends with a link to a file, and a colon. */
const quoted = [...page.matchAll(/\]\((examples\/[\w./-]+)\):\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', text = '']) => [file, text] as const,
);

describe('a block that shows a file', () => {
  it('stands in the guide', () => {
    expect(quoted.length).toBeGreaterThanOrEqual(8);
  });

  it.each(quoted)('%s is that file, or a part of it, word for word', (file, text) => {
    expect(readFileSync(path.join(ROOT, 'docs', file), 'utf8')).toContain(text);
  });
});

describe('every link of the guide', () => {
  it('leads to a heading, a file or a folder', () => {
    const anchors = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const links = [...page.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(8);
    const leads = (target: string) =>
      target.startsWith('#') ? anchors.has(target.slice(1)) : existsSync(path.join(ROOT, 'docs', target.replace(/#.*/, '')));
    expect(links.filter((target) => !leads(target))).toEqual([]);
  });
});
