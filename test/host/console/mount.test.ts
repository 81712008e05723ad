/** The console's page and files over HTTP, from a folder as the build leaves it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { mountConsole } from '../../../host/console/mount.ts';
import { PAGE_CSP } from '../../../host/pages/page-headers.ts';

const openApp = async (files: Record<string, string>): Promise<FastifyInstance> => {
  const dist_dir = mkdtempSync(path.join(tmpdir(), 'console-'));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(dist_dir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const app = Fastify();
  mountConsole(app, dist_dir);
  await app.ready();
  onTestFinished(async () => {
    await app.close();
    rmSync(dist_dir, { recursive: true, force: true });
  });
  return app;
};

const BUILT = {
  'console/index.html': '<!doctype html><title>Console</title>',
  'console/assets/console-1A2B.js': 'export {};',
  'console/assets/notes.txt': 'not for the web',
  'agentos.js': 'the host itself',
};

it('the page is asked for anew each time, its files are kept for ever', async () => {
  const app = await openApp(BUILT);
  const page = await app.inject('/');
  expect({ status: page.statusCode, body: page.body }).toEqual({ status: 200, body: BUILT['console/index.html'] });
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  expect(page.headers['set-cookie']).toBeUndefined();
  const script = await app.inject('/console/assets/console-1A2B.js');
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
});

it('every answer forbids foreign scripts, frames and sniffing, refusals as well', async () => {
  const app = await openApp(BUILT);
  for (const url of ['/', '/console/assets/console-1A2B.js', '/console/assets/none.js']) {
    const { headers } = await app.inject(url);
    expect(headers, url).toMatchObject({
      'content-security-policy': PAGE_CSP,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
  }
});

it.each(['none.js', 'notes.txt', '..%2findex.html', '..%2f..%2fagentos.js', '%2e%2e/index.html', '__proto__', 'constructor'])(
  'nothing but the files of the page is served: %s',
  async (name) => {
    const app = await openApp(BUILT);
    const { statusCode, body } = await app.inject(`/console/assets/${name}`);
    expect(statusCode).not.toBe(200);
    expect(body).not.toMatch(/not for the web|the host itself|doctype/);
  },
);

it('a page that was not built is said to be so, and nothing else fails', async () => {
  const app = await openApp({});
  const { statusCode, body } = await app.inject('/');
  expect(statusCode).toBe(404);
  expect(body).toContain('The console is not built.');
});
