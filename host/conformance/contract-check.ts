/** One rule of the contract between host and plugin, tried on a plugin that runs. One rule a file; `suite.ts` lists them. */
import type { Bench } from './bench.ts';

export interface ContractProblem {
  message: string;
  /** The author's `file.ts:line`, when the plugin's own stack or source tells it. */
  place: string | null;
}

export type Verdict =
  | { status: 'passed' }
  | { status: 'failed'; problems: ContractProblem[] }
  /** Something that only the author has is missing; `reason` says what. */
  | { status: 'not_tried'; reason: string }
  /** The plugin does nothing that the rule is about. */
  | { status: 'not_applicable'; reason: string };

export interface ContractCheck {
  id: string;
  /** What holds when it passes. */
  sentence: string;
  /** What to do when it does not. */
  fix: string;
  run(bench: Bench): Promise<Verdict>;
}

/** A plugin that is wrong in one way is often wrong in it many times. */
const MOST_PROBLEMS = 5;

export const passed: Verdict = { status: 'passed' };
export const notTried = (reason: string): Verdict => ({ status: 'not_tried', reason });
export const notApplicable = (reason: string): Verdict => ({ status: 'not_applicable', reason });

/** `failed` with the first few different problems, or `passed` without any. */
export const verdictOf = (problems: readonly ContractProblem[]): Verdict => {
  const different = new Map(problems.map((problem) => [`${problem.place} ${problem.message}`, problem]));
  return different.size === 0 ? passed : { status: 'failed', problems: [...different.values()].slice(0, MOST_PROBLEMS) };
};

export const problem = (message: string, stack?: string | undefined): ContractProblem => ({ message, place: placeOf(stack) });

const FRAME = /(?:^|[\s(])((?:[\w@.-]+\/)*[\w@.-]+\.(?:[mc]?[jt]s)):(\d+):\d+\)?$/m;

/** The innermost frame that lies in a file: `adapter.ts:12`. Frames of the SDK have no file. */
export const placeOf = (stack: string | undefined): string | null => {
  const frame = FRAME.exec((stack ?? '').replaceAll(/^.*\bplugin\.js:.*$/gm, ''));
  return frame === null ? null : `${frame[1]}:${frame[2]}`;
};
