import { isDeepStrictEqual } from 'node:util';
import { type ContractCheck, type ContractProblem, notTried, problem, verdictOf } from '../contract-check.ts';
import type { EventFixture } from '../fixtures.ts';
import { takeReceived } from '../received.ts';

type Json = Record<string, unknown>;

const differences = ({ file, expect }: EventFixture, elements: readonly Json[]): ContractProblem[] => {
  if (expect === null) return [];
  if (expect.length !== elements.length) return [problem(`${file} expects ${expect.length} and got ${elements.length}.`)];
  return expect.flatMap((wanted, index) =>
    Object.entries(wanted).flatMap(([field, value]) => {
      const got = elements[index]?.[field];
      return isDeepStrictEqual(got, value)
        ? []
        : [problem(`${file} expects ${field} ${JSON.stringify(value)} and got ${JSON.stringify(got) ?? 'nothing'}.`)];
    }),
  );
};

export const parse: ContractCheck = {
  id: 'parse',
  sentence: 'Each event of fixtures/ becomes valid messages, and those that it says.',
  fix: 'Mend `receive`, or what the fixture expects.',
  run: (bench) =>
    bench.started(async (instance) => {
      const { events, problems: unusable } = bench.fixtures;
      if (events.length === 0 && unusable.length === 0)
        return notTried('There is no event in fixtures/: put one there as the platform sends it.');
      const problems = unusable.map(({ file, message }) => problem(`${file}: ${message}`));
      for (const fixture of events) {
        const taken = takeReceived(await instance.call('receive', [fixture.event]), fixture.file);
        problems.push(...taken.problems, ...(taken.problems.length > 0 ? [] : differences(fixture, taken.elements)));
      }
      return verdictOf(problems);
    }),
};
