/** docs/plugin-guide.md, word for word: a newcomer's run, and its reference in step with the code. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatePage } from '../../docs/generate.ts';
import { openTerminal, type Step, sees, stepsOf, type Terminal } from '../support/guide-run.ts';
import { type Home, makeHome, ROOT } from '../support/home.ts';

const page = readFileSync(path.join(ROOT, 'docs/plugin-guide.md'), 'utf8');

const sectionOf = (heading: string): string => {
  const start = page.indexOf(`\n## ${heading}\n`);
  if (start === -1) throw new Error(`the guide has no section ${heading}`);
  const end = page.indexOf('\n## ', start + 1);
  return page.slice(start, end === -1 ? undefined : end);
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

describe('the reference', () => {
  it('is what the code says: if not, run "npm run docs"', () => {
    expect(generatePage(page)).toBe(page);
  });

  it('says something of every export and of every member that a plugin calls', () => {
    const reference = page.slice(page.indexOf('\n### What `communicationos/sdk` exports'), page.indexOf('\n### Errors'));
    expect(reference.match(/^\| `\w+` \|\s*\|$/gm)).toBeNull();
  });

  it('is generated or not at all: a part that nothing writes is an error', () => {
    expect(() => generatePage(page.replace('generated: errors', 'generated: wishes'))).toThrow('wishes');
    expect(() => generatePage('# nothing')).toThrow('no place for');
  });
});

describe('every link of the guide', () => {
  it('leads to a heading of the page', () => {
    const anchors = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const links = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([]);
  });
});

describe('a promise of the guide', () => {
  it('is kept by its lines in their order, and by nothing less', () => {
    expect(sees('a\nb  x\nc 1\n', 'a\n…\nc …\n')).toBe(true);
    expect(sees('c 1\na\n', 'a\nc …\n')).toBe(false);
    expect(sees('level        3 complete', 'level 2 sound')).toBe(false);
  });
});

describe("a newcomer's run", () => {
  let home: Home;
  let terminal: Terminal;
  let steps: Step[] = [];

  beforeAll(async () => {
    home = makeHome();
    const bin = path.join(home.dir, '.bin');
    mkdirSync(bin);
    writeFileSync(
      path.join(bin, 'npx'),
      `#!/bin/sh\n[ "$1" = agentos ] || exit 127\nshift\nexec "${process.execPath}" "${ROOT}/dist/agentos.js" "$@"\n`,
    );
    chmodSync(path.join(bin, 'npx'), 0o755);
    const [service, host] = [await freePort(), await freePort()];
    // The page's two ports may be taken on this machine; nothing else of it is changed.
    const text = `${sectionOf('A channel in ten minutes')}\n${sectionOf('A connector')}`
      .replaceAll('9999', String(service))
      .replaceAll('8080', String(host))
      .replaceAll('npx agentos serve', `npx agentos serve --port ${host}`);
    steps = stepsOf(text);
    terminal = openTerminal(home.dir, { PATH: `${bin}:${process.env.PATH ?? ''}`, HOME: home.dir });
  });
  afterAll(async () => {
    await terminal.close();
    home.remove();
  });

  it('finds every command to work, and everything said to come true', async () => {
    expect(steps.filter((step) => step.do === 'run').length).toBeGreaterThanOrEqual(10);
    expect(steps.filter((step) => step.do === 'see').length).toBeGreaterThanOrEqual(10);
    for (const step of steps) await terminal.step(step);
  }, 240_000);
});
