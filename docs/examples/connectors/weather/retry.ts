/** Asks again what can be asked again. */
import { type FetchResponse, type PluginContext, retryAfterMs } from 'communicationos/sdk';

const ATTEMPTS = 3;
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 2_000;
const BUSY: readonly number[] = [429, 502, 503, 504];
/** Nothing came back. A write with one of the last two may have been carried out all the same: ask again only for what reads. */
const UNANSWERED: readonly unknown[] = ['CONNECT_FAILED', 'RESET', 'TIMEOUT'];

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** What the last attempt brought: an answer of whatever status, or its error. */
export const withRetries = async (context: PluginContext, ask: () => Promise<FetchResponse>): Promise<FetchResponse> => {
  for (let attempt = 1; ; attempt += 1) {
    let wait = WAIT_MS * attempt;
    try {
      const response = await ask();
      if (attempt === ATTEMPTS || !BUSY.includes(response.status)) return response;
      wait = Math.max(wait, retryAfterMs(response.headers['retry-after'], context.clock.now()) ?? 0);
      // Whoever asked decides about a long wait: the answer says how long.
      if (wait > LONGEST_WAIT_MS) return response;
      context.log.warn('the service is busy', { status: response.status, attempt, wait });
    } catch (error) {
      if (attempt === ATTEMPTS || !UNANSWERED.includes(codeOf(error))) throw error;
      context.log.warn('the service did not answer', { code: codeOf(error), attempt, wait });
    }
    await new Promise<void>((resolve) => context.timers?.setTimeout(resolve, wait) ?? resolve());
  }
};
