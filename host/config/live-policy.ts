/**
 * The security policy while the host runs. A changed file is taken up when it has stood still for one look; one that
 * cannot be used, or is gone, leaves the last good one in force and is told: nothing is ever loosened by a mistake.
 *
 * Looking at the file each second, rather than listening for its changes, sees every way of replacing it (an editor's
 * rename, the swapped link of a mounted ConfigMap, a network file system) for one `stat` a second.
 */
import { statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { SecurityPolicy } from '../../schemas/security-policy.ts';
import { AppError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { checkPolicyDocument, type DocumentProblem, POLICY_FILE, readPolicy } from './documents.ts';
import { freezeDocument } from './freeze.ts';

export interface LivePolicyDeps {
  /** Absolute. */
  file: string;
  clock: Clock;
  /** What speaks against a policy beside its own text; null when nothing does. */
  objection(policy: SecurityPolicy): { message: string; hint: string } | null;
  /** Another policy is in force. */
  on_change(policy: SecurityPolicy): void;
  /** The file cannot be used: the reason, with file and line. */
  on_problem(problem: string): void;
}

const LOOK_EVERY_MS = 1000;

const describe = (problems: readonly DocumentProblem[]): string =>
  problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n');

const READ_ONLY: ReadonlySet<string> = new Set(['EROFS', 'EACCES', 'EPERM', 'EBUSY', 'EXDEV', 'ENOTDIR']);

/** Written beside the file and put in its place, so that nobody ever reads half of it. */
const replaceFile = async (file: string, text: string): Promise<void> => {
  const fresh = `${file}.${process.pid}.new`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(fresh, 'w', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    if (!READ_ONLY.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new AppError(
      'READ_ONLY',
      `${POLICY_FILE} cannot be written here.`,
      'Change it where it comes from; the host takes it up by itself.',
    );
  }
};

export const createLivePolicy = (deps: LivePolicyDeps, start: { policy: SecurityPolicy; found: boolean }) => {
  let current = start.policy;
  let found = start.found;
  let problem: string | null = null;
  let cancel: (() => void) | null = null;

  /** What tells one content of the file from another, without reading it. */
  const look = (): string => {
    try {
      const seen = statSync(deps.file, { throwIfNoEntry: false });
      return seen === undefined ? 'gone' : `${seen.ino}:${seen.size}:${seen.mtimeMs}`;
    } catch (error) {
      return `unreadable ${(error as NodeJS.ErrnoException).code}`;
    }
  };
  let taken = look();
  let before = taken;

  const refuse = (reason: string): void => {
    if (reason === problem) return;
    problem = reason;
    deps.on_problem(reason);
  };

  const adopt = (policy: SecurityPolicy): void => {
    problem = null;
    found = true;
    if (JSON.stringify(policy) === JSON.stringify(current)) return;
    current = freezeDocument(policy);
    deps.on_change(current);
  };

  /** The policy that the file states, or why it states none. null: there is no file, and there was none. */
  const read = (): SecurityPolicy | { problem: string } | null => {
    const document = readPolicy(deps.file);
    if (!document.ok) return { problem: describe(document.problems) };
    if (!document.found) return found ? { problem: `${POLICY_FILE}:1: The file is gone.` } : null;
    const objection = deps.objection(document.value);
    return objection ? { problem: `${POLICY_FILE}:1: ${objection.message} ${objection.hint}` } : document.value;
  };

  /** Reads the file now. */
  const reload = (): void => {
    taken = look();
    before = taken;
    const stated = read();
    if (stated === null) return;
    if ('problem' in stated) refuse(stated.problem);
    else adopt(stated);
  };

  const tick = (): void => {
    const seen = look();
    if (seen !== taken && seen === before) reload();
    before = seen;
    cancel = deps.clock.after(LOOK_EVERY_MS, tick);
  };

  return {
    current: (): SecurityPolicy => current,
    found: (): boolean => found,
    /** Why the file is not the policy in force; null when it is. */
    problem: (): string | null => problem,
    reload,
    /** Takes up what changed since the start, and from now on every change. */
    watch(): void {
      reload();
      cancel ??= deps.clock.after(LOOK_EVERY_MS, tick);
    },
    /** Checks a policy as the file is checked. Throws `INVALID_PARAMS`. */
    check(value: unknown): SecurityPolicy {
      const problems = checkPolicyDocument(value);
      if (problems.length > 0) {
        throw new AppError(
          'INVALID_PARAMS',
          problems.map(({ pointer, message }) => `${pointer === '' ? 'the policy' : pointer}: ${message}`).join('\n'),
          [...new Set(problems.map(({ hint }) => hint))].join('\n'),
        );
      }
      return value as SecurityPolicy;
    },
    /** Writes the file and takes it up at once. Throws `READ_ONLY`, or `STATE_CONFLICT` when something speaks against it. */
    async write(policy: SecurityPolicy): Promise<void> {
      const objection = deps.objection(policy);
      if (objection) throw new AppError('STATE_CONFLICT', objection.message, objection.hint);
      await replaceFile(deps.file, `${JSON.stringify(policy, null, 2)}\n`);
      reload();
    },
    close(): void {
      cancel?.();
      cancel = null;
    },
  };
};

export type LivePolicy = ReturnType<typeof createLivePolicy>;
