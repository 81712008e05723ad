import { type ContractCheck, problem, verdictOf } from '../contract-check.ts';

const UNKNOWN = ['no_such_operation', 'constructor', '__proto__', ''];

export const unknownOperation: ContractCheck = {
  id: 'unknown_operation',
  sentence: "An operation that it does not have is refused: NOT_SUPPORTED, Operation 'x' not supported.",
  fix: 'Throw new NotSupportedError(operation); look operations up with Object.hasOwn or a switch.',
  run: (bench) =>
    bench.started(async (instance) => {
      const problems = [];
      for (const name of UNKNOWN) {
        const result = await instance.call('execute', [name, {}]);
        const shown = JSON.stringify(name);
        if (result.ok) problems.push(problem(`execute(${shown}) gave a result.`));
        else if (result.code !== 'NOT_SUPPORTED' || !result.message.includes(`Operation '${name}' not supported`)) {
          problems.push(problem(`execute(${shown}) threw ${result.code ?? 'no code'}: ${result.message}`, result.stack));
        }
      }
      return verdictOf(problems);
    }),
};
