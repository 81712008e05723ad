/**
 * Whether this machine really denies a worker what the design takes from it. Flags are promises of a Node
 * version; `worker/self-test.ts` tries the doors, once a process and place, and no plugin starts while one is open.
 */

/** `ses_cache`: compiled code for the workers to come, made in passing. */
export type SelfTestResult = { ok: true; ses_cache: Uint8Array } | { ok: false; message: string };

const NOT_CONFINED = 'a confined worker on this machine is not confined: ';

const open = (problem: string): SelfTestResult => ({ ok: false, message: NOT_CONFINED + problem });

/** `answer` is what the worker said, or a text of ours that says why it said nothing. */
export const judgeAnswer = (answer: unknown): SelfTestResult => {
  if (typeof answer === 'string') return open(`the self-test: ${answer}`);
  const { problems, ses_cache } = (answer ?? {}) as { problems?: unknown; ses_cache?: unknown };
  if (!Array.isArray(problems) || !problems.every((one) => typeof one === 'string') || !(ses_cache instanceof Uint8Array)) {
    return open('the self-test gave no answer');
  }
  return problems.length > 0 ? open(problems.join('; ')) : { ok: true, ses_cache };
};
