/** A home in a temp folder, and the built host on it as a child process: what an operator runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = path.resolve(import.meta.dirname, '../..');
const AGENTOS = path.join(ROOT, 'dist/agentos.js');

export interface Home {
  dir: string;
  /** Writes a file below the home; an object becomes JSON. */
  write(name: string, content: string | object): void;
  /** Removes a file or folder below the home. */
  removeFile(name: string): void;
  remove(): void;
}

export const makeHome = (files: Record<string, string | object> = {}): Home => {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-home-'));
  const home: Home = {
    dir,
    write(name, content) {
      const file = path.join(dir, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    },
    removeFile: (name) => rmSync(path.join(dir, name), { recursive: true, force: true }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
  for (const [name, content] of Object.entries(files)) home.write(name, content);
  return home;
};

/** Nothing of the environment the tests run in reaches the host: only what it needs to start. */
const baseEnv = (): Record<string, string> => ({ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' });

export interface RunningHost {
  url: string;
  pid: number;
  /** Lines of the log, as far as they were written. */
  log: Record<string, unknown>[];
  /** What it wrote to the error stream so far. */
  errors(): string;
  /** Resolves with the first line, earlier or later, that fulfils the test. */
  logged(test: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** Resolves when the process has ended, however it did: its exit code, or the signal. */
  ended: Promise<number | NodeJS.Signals | null>;
  kill(): Promise<void>;
}

export interface StartOptions {
  env?: Record<string, string>;
  args?: readonly string[];
  /** Another entry than the built command, for fault injection. */
  entry?: readonly string[];
  /** Waits until these channels run. */
  running?: readonly string[];
}

const collect = (child: ChildProcess) => {
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  const errors: string[] = [];
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        lines.push(JSON.parse(line) as Record<string, unknown>);
      } catch {
        lines.push({ text: line });
      }
      for (const wake of waiting) wake();
    });
  }
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const logged = (test: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.find(test);
        if (!found) return;
        waiting.delete(look);
        child.off('exit', over);
        resolve(found);
      };
      const over = () =>
        reject(
          new Error(
            `the host ended (${child.exitCode ?? child.signalCode}) before that was logged:\n${errors.join('')}${JSON.stringify(lines.slice(-5))}`,
          ),
        );
      waiting.add(look);
      look();
      if (child.exitCode !== null || child.signalCode !== null) over();
      else child.once('exit', over);
    });
  return { lines, logged, errors: () => errors.join('') };
};

export const startHost = async (
  home: Home,
  { env = {}, args = [], entry = [AGENTOS], running = [] }: StartOptions = {},
): Promise<RunningHost> => {
  const child = spawn(process.execPath, [...entry, 'serve', '--home', home.dir, '--port', '0', ...args], {
    env: { ...baseEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { lines, logged, errors } = collect(child);
  const exited = once(child, 'exit');
  const ended = exited.then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null);
  ended.catch(() => undefined);
  const up = await logged((line) => typeof line.address === 'string' && String(line.msg).startsWith('CommunicationOS runs'));
  for (const id of running) await logged((line) => line.channel_id === id && line.state === 'running');
  return {
    url: up.address as string,
    pid: child.pid as number,
    log: lines,
    errors,
    logged,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
  json<Value>(): Value;
}

/** Runs one `agentos` command to its end. */
export const agentos = async (home: Home | null, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> => {
  const child = spawn(process.execPath, [AGENTOS, ...args, ...(home ? ['--home', home.dir] : [])], {
    env: { ...baseEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr, json: <Value>() => JSON.parse(stdout) as Value };
};
