import { compile } from '../../../schemas/compile.ts';
import { HealthReport } from '../../../schemas/message.ts';
import type { CallResult } from '../../sandbox/confined.ts';
import { type ContractCheck, type ContractProblem, notApplicable, problem, verdictOf } from '../contract-check.ts';
import type { Script } from '../scripted-egress.ts';

const checkReport = compile(HealthReport);
const DOWN: Script = () => ({ fault: 'CONNECT_FAILED', message: 'the service could not be reached' });

const read = (result: CallResult, when: string): { well: boolean | null; problems: ContractProblem[] } => {
  if (!result.ok) return { well: null, problems: [problem(`health failed ${when}: ${result.message}`, result.stack)] };
  if (typeof result.value === 'boolean') return { well: result.value, problems: [] };
  const checked = checkReport(result.value);
  if (!checked.ok) return { well: null, problems: [problem(`health gave no report ${when}.`)] };
  return { well: checked.value.status === 'ok', problems: [] };
};

/** `health` of a channel, `healthCheck` of a connector. */
export const health: ContractCheck = {
  id: 'health',
  sentence: 'The state of the service is told and never thrown; a service that is down is not well.',
  fix: "Catch what fails: give { status: 'degraded', reason } in a channel's health, false in a connector's healthCheck.",
  async run(bench) {
    const [method, expected] =
      bench.manifest.operations === undefined ? (['health', 'report'] as const) : (['healthCheck', 'boolean'] as const);
    return bench.started(async (instance) => {
      if (!instance.methods.has(method)) return notApplicable(`It has no \`${method}\`.`);
      const up = await instance.call(method);
      const before = instance.seen.requests.length;
      instance.answerWith(DOWN);
      const down = await instance.call(method);
      const asked = instance.seen.requests.length > before;
      const [first, second] = [read(up, 'when all is well'), read(down, 'when the service is down')];
      const problems = [...first.problems, ...second.problems];
      const wrongKind = [up, down].some((one) => one.ok && (typeof one.value === 'boolean') !== (expected === 'boolean'));
      if (wrongKind && problems.length === 0) problems.push(problem(`${method} has to give a ${expected}.`));
      if (asked && second.well === true) problems.push(problem('It says that all is well while the service cannot be reached.'));
      return verdictOf(problems);
    });
  },
};
