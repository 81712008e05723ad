import { isDeepStrictEqual } from 'node:util';
import { type ContractCheck, notTried, problem, verdictOf } from '../contract-check.ts';

export const duplicates: ContractCheck = {
  id: 'duplicates',
  sentence: 'The same event again gives the same messages again: telling duplicates apart is the work of the host.',
  fix: 'Keep no memory of events in `receive`; the host hands one over again when its messages were not stored.',
  run: (bench) =>
    bench.started(async (instance) => {
      if (bench.fixtures.events.length === 0) return notTried('There is no event in fixtures/.');
      const problems = [];
      for (const { file, event } of bench.fixtures.events) {
        const [first, second] = [await instance.call('receive', [event]), await instance.call('receive', [event])];
        if (first.ok && second.ok && !isDeepStrictEqual(first.value, second.value)) {
          problems.push(problem(`${file} gives something else the second time.`));
        }
      }
      return verdictOf(problems);
    }),
};
