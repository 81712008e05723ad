import type { Bench, Instance } from '../bench.ts';
import { type ContractCheck, type ContractProblem, verdictOf } from '../contract-check.ts';
import { type HostileEvent, someBroken, strangeEvents } from '../hostile-events.ts';
import { takeReceived } from '../received.ts';

/** A few seconds of work, whatever the fixtures are. */
const MOST_EVENTS = 1_500;
const ENOUGH_PROBLEMS = 20;

function* allOf(bench: Bench): Generator<HostileEvent> {
  yield* strangeEvents();
  const { events } = bench.fixtures;
  for (const fixture of events) yield* someBroken(fixture, MOST_EVENTS / events.length);
}

const feed = async (bench: Bench, instance: Instance): Promise<ContractProblem[]> => {
  const problems: ContractProblem[] = [];
  for (const { what, part } of allOf(bench)) {
    if (problems.length >= ENOUGH_PROBLEMS) break;
    const result = await instance.call('receive', [bench.event(part)]);
    problems.push(...takeReceived(result, what).problems);
    if (!result.ok && result.fault !== 'threw' && result.fault !== 'refused') break;
  }
  return problems;
};

export const hostileInput: ContractCheck = {
  id: 'hostile_input',
  sentence: '`receive` never throws: what it does not know or cannot read is [], and what it gives is valid.',
  fix: 'Read events with asRecord, asText, asId, asInteger and asList of communicationos/sdk, and give [] when something is missing.',
  run: (bench) => bench.started(async (instance) => verdictOf(await feed(bench, instance))),
};
