#!/usr/bin/env node
/** `agentos`: argv and signals. */
import path from 'node:path';
import { printFailure } from './cli/output.ts';
import { createProgram, usageExitCode } from './cli/program.ts';

/** Beside this file when built (`dist/agentos.js`), in `dist/` when run from the source. */
const dist_dir = path.basename(import.meta.dirname) === 'dist' ? import.meta.dirname : path.resolve(import.meta.dirname, '../dist');

// Whoever reads our output may stop early (`agentos config list | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = createProgram({
  dist_dir,
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  on_signal(signals, listener) {
    for (const signal of signals) process.on(signal, listener);
  },
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  const usage = usageExitCode(error);
  if (usage === null) printFailure(process.stderr, error);
  process.exitCode = usage ?? 1;
}
