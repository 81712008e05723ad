import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

const root = path.resolve(import.meta.dirname, '..');
const chromium = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => file && existsSync(file),
);

if (!chromium) {
  // Continuous integration installs a Chromium; there a missing one is a failure, not a reason to test less.
  if (process.env.REQUIRE_CHROMIUM)
    throw new Error('REQUIRE_CHROMIUM is set, and there is no Chromium: install one, or name it in CHROMIUM_PATH');
  console.log('not run: no Chromium');
} else process.env.CHROMIUM_PATH = chromium;

export default defineConfig({
  root,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', ...(chromium ? [] : ['test/browser/**'])],
    globalSetup: ['test/support/build-once.ts'],
    reporters: ['default', path.join(root, 'test/support/closing-line.ts')],
    // Bounds for a machine that has much else to do; what is waited for is told by its condition.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Many tests start workers, processes and browsers of their own: two files at once keep a small machine honest.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['host/**', 'plugins/**', 'schemas/**'], reporter: ['text-summary', 'html'] },
  },
});
