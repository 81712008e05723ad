/** A home in a temp folder, and its configuration. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type LoadedConfig, loadConfig } from '../../../host/config.ts';
import type { AppError } from '../../../host/errors.ts';

export const makeHome = (files: Record<string, string | Buffer> = {}): string => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'agentos-config-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    writeFileSync(path.join(home, name), content);
  }
  return home;
};

export const load = (files: Record<string, string | Buffer> = {}, env: Record<string, string> = {}): LoadedConfig =>
  loadConfig({ argv: { home: makeHome(files) }, env });

/** What a start that must fail says. */
export const refusal = (files: Record<string, string | Buffer> = {}, env: Record<string, string> = {}): AppError => {
  try {
    load(files, env);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('the configuration was accepted');
};
