import { type ContractCheck, notApplicable, problem, verdictOf } from '../contract-check.ts';
import { trySend } from '../sending.ts';

export const unavailable: ContractCheck = {
  id: 'unavailable',
  sentence: 'A 503 becomes a failed receipt that is retryable, and a refusal one that is not.',
  fix: "Give failed({ code: 'PLATFORM_UNAVAILABLE', reason, retryable: true }) for 5xx, and retryable: false for 4xx other than 429.",
  async run(bench) {
    const down = await trySend(bench, 'hello', 'when the service answers 503', () => ({ status: 503, body: 'busy' }));
    if (down.requests.length === 0 && down.problems.length === 0) return notApplicable('`send` asks no service.');
    const refused = await trySend(bench, 'hello', 'when the service answers 400', () => ({ status: 400, body: '{}' }));
    const problems = [...down.problems, ...refused.problems];
    if (down.receipt?.status === 'sent') problems.push(problem('A message that was answered 503 counts as sent.'));
    if (down.receipt?.status === 'failed' && !down.receipt.retryable) problems.push(problem('A 503 is said not to be retryable.'));
    if (refused.receipt?.status === 'sent') problems.push(problem('A message that was answered 400 counts as sent.'));
    if (refused.receipt?.status === 'failed' && refused.receipt.retryable) problems.push(problem('A 400 is said to be retryable.'));
    return verdictOf(problems);
  },
};
