import { type ContractCheck, type ContractProblem, notApplicable, problem, verdictOf } from '../contract-check.ts';
import { everyOperation } from '../operations.ts';
import type { ScriptedAnswer } from '../scripted-egress.ts';

interface Failing {
  when: string;
  answer: ScriptedAnswer;
  /** One of these has to be found in the error: its cause. */
  cause: readonly string[];
}

const FAILINGS: readonly Failing[] = [
  { when: 'the service answers 500', answer: { status: 500, body: '{"error":"out of order"}' }, cause: ['500', 'out of order'] },
  {
    when: 'the service cannot be reached',
    answer: { fault: 'CONNECT_FAILED', message: 'the service could not be reached' },
    cause: ['CONNECT_FAILED', 'the service could not be reached'],
  },
];

export const upstreamError: ContractCheck = {
  id: 'upstream_error',
  sentence: 'An error of the service stays an error, with its cause: it never becomes a result.',
  fix: 'Pass each answer through requireOk(response, service), and let what fetch throws pass, or give it as the cause.',
  async run(bench) {
    const problems: ContractProblem[] = [];
    let asked = false;
    for (const { when, answer, cause } of FAILINGS) {
      await bench.started(
        async (instance) => {
          for (const { name, params } of everyOperation(bench)) {
            const before = instance.seen.requests.length;
            const result = await instance.call('execute', [name, params]);
            if (instance.seen.requests.length === before) continue;
            asked = true;
            if (result.ok) problems.push(problem(`${name} gave a result when ${when}.`));
            else if (result.fault !== 'threw') problems.push(problem(`${name} did not end when ${when}: ${result.message}`, result.stack));
            else if (!cause.some((word) => `${result.code} ${result.message}`.includes(word))) {
              problems.push(problem(`${name} does not say why it failed when ${when}: ${result.message}`, result.stack));
            }
          }
        },
        () => answer,
      );
    }
    return asked || problems.length > 0 ? verdictOf(problems) : notApplicable('No operation asks a service.');
  },
};
