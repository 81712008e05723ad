import { type ContractCheck, notApplicable, problem, verdictOf } from '../contract-check.ts';
import { everyOperation } from '../operations.ts';

export const requiredParams: ContractCheck = {
  id: 'required_params',
  sentence: "Each missing required parameter is refused by name: INVALID_PARAMS, 'name' parameter is required.",
  fix: "Call requireParams(params, 'name', …) first in each operation.",
  run: (bench) =>
    bench.started(async (instance) => {
      const cases = everyOperation(bench).flatMap(({ name, params, required }) =>
        required.map((missing) => ({
          name,
          missing,
          params: Object.fromEntries(Object.entries(params).filter(([key]) => key !== missing)),
        })),
      );
      if (cases.length === 0) return notApplicable('No operation has a required parameter.');
      const problems = [];
      for (const { name, missing, params } of cases) {
        const result = await instance.call('execute', [name, params]);
        if (result.ok) problems.push(problem(`${name} without '${missing}' gave a result.`));
        else if (result.code !== 'INVALID_PARAMS' || !result.message.includes(`'${missing}'`)) {
          problems.push(problem(`${name} without '${missing}' threw ${result.code ?? 'no code'}: ${result.message}`, result.stack));
        }
      }
      return verdictOf(problems);
    }),
};
