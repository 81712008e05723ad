import { type ContractCheck, notApplicable, problem, verdictOf } from '../contract-check.ts';
import { everyOperation } from '../operations.ts';

/** What the policy gives one operation. */
const LONGEST_MS = 30_000;

/** Time is the script's: each request is told at once that its own timeout has passed. */
export const timeout: ContractCheck = {
  id: 'timeout',
  sentence: 'A service that hangs ends the operation with an error, within 30 s in all.',
  fix: 'Give each request a timeout_ms, and retry so seldom that all of them together stay below 30 s.',
  run: (bench) =>
    bench.started(
      async (instance) => {
        const problems = [];
        let asked = false;
        for (const { name, params } of everyOperation(bench)) {
          const before = instance.seen.requests.length;
          const result = await instance.call('execute', [name, params], LONGEST_MS);
          const requests = instance.seen.requests.slice(before);
          if (requests.length === 0) continue;
          asked = true;
          const waited = requests.reduce((sum, request) => sum + request.timeout_ms, 0);
          if (result.ok) problems.push(problem(`${name} gave a result although the service did not answer.`));
          else if (result.fault !== 'threw') problems.push(problem(`${name} did not end: ${result.message}`, result.stack));
          if (waited > LONGEST_MS)
            problems.push(problem(`${name} waits ${waited / 1000} s for the service; the host gives it ${LONGEST_MS / 1000} s.`));
        }
        return asked ? verdictOf(problems) : notApplicable('No operation asks a service.');
      },
      () => ({ fault: 'TIMEOUT', message: 'the service did not answer in time' }),
    ),
};
