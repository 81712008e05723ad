/** What a command may touch of the process it runs in. */
import type { Probe } from '../lib/probe.ts';

export interface CliContext {
  /** Where the sandbox's bootstrap, the built-in plugins and the pages lie. */
  dist_dir: string;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  stdout: { write(text: string): unknown; isTTY?: boolean };
  stderr: { write(text: string): unknown };
  on_signal(signals: readonly NodeJS.Signals[], listener: (signal: NodeJS.Signals) => void): void;
  /** Fault injection in tests. */
  probe?: Probe;
}

/** Options that every command takes. */
export interface CommonOptions {
  home?: string;
  json?: boolean;
  url?: string;
  token?: string;
}
