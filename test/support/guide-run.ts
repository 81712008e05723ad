/**
 * A page of docs as a newcomer reads it: what it says to write is written, what it says to run is run, and what it says
 * will be seen is looked for, in order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './until.ts';

export type Step =
  | { do: 'write'; file: string; text: string }
  | { do: 'run'; command: string; stays: boolean }
  /** `of`: the command that stays running whose output it is; null for the last that ended. */
  | { do: 'see'; text: string; of: string | null };

const STAYS = '# leave it running\n';

/** Fenced blocks and "says `…`", with the paragraph before each block. A file's paragraph ends with its name and a colon. */
export const stepsOf = (section: string): Step[] => {
  const steps: Step[] = [];
  let running: string | null = null;
  const parts = section.split(/^```(\w*)\n([\s\S]*?)^```$/m);
  for (let index = 0; index < parts.length; index += 3) {
    const prose = (parts[index] as string).trim();
    for (const [, said = ''] of prose.matchAll(/\bIt says `([^`]+)`/g)) steps.push({ do: 'see', text: said, of: running });
    const [language, body] = [parts[index + 1], parts[index + 2]];
    if (language === undefined || body === undefined) break;
    const file = /`([\w./-]+)`:$/.exec(prose)?.[1];
    if (file !== undefined) steps.push({ do: 'write', file, text: body });
    else if (language === 'sh' && body.startsWith(STAYS)) {
      running = body.slice(STAYS.length).trim();
      steps.push({ do: 'run', command: running, stays: true });
    } else if (language === 'sh') steps.push({ do: 'run', command: body, stays: false });
    else if (language === 'text') steps.push({ do: 'see', text: body, of: /terminal of `([^`]+)`/.exec(prose)?.[1] ?? null });
  }
  return steps;
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The lines in their order, others between them; `…` stands for anything, and spaces for any number of them. */
export const sees = (output: string, expected: string): boolean => {
  const lines = expected
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '…');
  const pattern = lines
    .map((line) =>
      line
        .split('…')
        .map((part) => escaped(part).replace(/\s+/g, '\\s+'))
        .join('.*'),
    )
    .join('[\\s\\S]*');
  return new RegExp(pattern).test(output);
};

export interface Terminal {
  step(step: Step): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  command: string;
  child: ChildProcess;
  output: () => string;
}

const collect = (child: ChildProcess): (() => string) => {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return () => output;
};

const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('close', resolve));

/** Runs steps in `dir`; a command that ends otherwise than well fails with all that it printed. */
export const openTerminal = (dir: string, env: Record<string, string>): Terminal => {
  const running: Running[] = [];
  let last = '';

  // A group of its own, so that what the shell starts ends with it.
  const start = (command: string, detached: boolean): ChildProcess =>
    spawn('sh', ['-ec', command], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'], detached });

  const steps = {
    write: async ({ file, text }: Extract<Step, { do: 'write' }>) => {
      const target = path.join(dir, file);
      if (path.relative(dir, target).startsWith('..')) throw new Error(`${file} lies outside of the home`);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
    },
    run: async ({ command, stays }: Extract<Step, { do: 'run' }>) => {
      const child = start(command, stays);
      const output = collect(child);
      if (stays) {
        running.push({ command, child, output });
        return;
      }
      const code = await ended(child);
      last = output();
      if (code !== 0) throw new Error(`${command.trim()} ended with ${code}:\n${last}`);
    },
    see: async ({ text, of }: Extract<Step, { do: 'see' }>) => {
      const source = of === null ? undefined : running.find(({ command }) => command === of);
      if (of !== null && source === undefined) throw new Error(`nothing runs as ${of}`);
      const look = source?.output ?? (() => last);
      if (source === undefined && !sees(look(), text)) throw new Error(`the page promises\n${text}\nand there was\n${look()}`);
      await until(look, (output) => sees(output, text), `${of ?? 'the last command'} prints ${text}`, 60_000);
    },
  };
  return {
    step: (step) => steps[step.do](step as never),
    async close() {
      for (const { child } of running.reverse()) {
        const end = ended(child);
        if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
          process.kill(-child.pid, 'SIGTERM');
          await end;
        }
      }
    },
  };
};
