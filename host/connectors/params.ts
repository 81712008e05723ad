/** What a request carries, as JSON of its own: nobody can change it after it was judged. */
import { nestsDeeperThan } from './sanitize/texts.ts';

export const MOST_BYTES = 10 * 1024 * 1024;
export const DEEPEST = 64;

export type Parsed = { ok: true; params: Record<string, unknown> } | { ok: false; problem: string };

const refused = (problem: string): Parsed => ({ ok: false, problem });

export const parseParams = (given: unknown): Parsed => {
  if (given === undefined || given === null) return { ok: true, params: {} };
  if (typeof given !== 'object' || Array.isArray(given)) return refused('The parameters are no JSON object.');
  try {
    // Before the text is made: that recurses.
    if (nestsDeeperThan(given, DEEPEST)) return refused(`The parameters nest deeper than ${DEEPEST}.`);
    const text = JSON.stringify(given);
    if (Buffer.byteLength(text) > MOST_BYTES) return refused(`The parameters are longer than ${MOST_BYTES} bytes.`);
    const params: unknown = JSON.parse(text);
    if (typeof params === 'object' && params !== null && !Array.isArray(params))
      return { ok: true, params: params as Record<string, unknown> };
  } catch {
    // A cycle, a BigInt, a getter that throws: only a program can hand that in.
  }
  return refused('The parameters are no JSON object.');
};
