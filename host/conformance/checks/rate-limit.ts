import { type ContractCheck, notApplicable, problem, verdictOf } from '../contract-check.ts';
import { trySend } from '../sending.ts';

const RETRY_AFTER_S = 7;

export const rateLimit: ContractCheck = {
  id: 'rate_limit',
  sentence: 'A 429 becomes a receipt with RATE_LIMITED, retryable, and the wait that the service asks for.',
  fix: "Give failed({ code: 'RATE_LIMITED', reason, retryable: true, retry_after_ms: retryAfterMs(headers['retry-after'], now) }).",
  async run(bench) {
    const script = () => ({ status: 429, headers: { 'retry-after': String(RETRY_AFTER_S) }, body: '' });
    const { receipt, problems, requests } = await trySend(bench, 'hello', 'when the service answers 429', script);
    if (requests.length === 0 && problems.length === 0) return notApplicable('`send` asks no service.');
    if (receipt?.status === 'sent') problems.push(problem('A message that was answered 429 counts as sent.'));
    if (receipt?.status === 'failed') {
      if (receipt.code !== 'RATE_LIMITED') problems.push(problem(`The code of a 429 is ${receipt.code}.`));
      if (!receipt.retryable) problems.push(problem('A 429 is said not to be retryable.'));
      if (receipt.retry_after_ms !== RETRY_AFTER_S * 1000) {
        problems.push(problem(`"Retry-After: ${RETRY_AFTER_S}" became retry_after_ms ${receipt.retry_after_ms ?? 'nothing'}.`));
      }
    }
    return verdictOf(problems);
  },
};
