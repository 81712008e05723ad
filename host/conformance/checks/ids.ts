import type { Bench } from '../bench.ts';
import { type ContractCheck, type ContractProblem, notTried, problem, verdictOf } from '../contract-check.ts';
import type { EventFixture } from '../fixtures.ts';
import { messageIds, takeReceived } from '../received.ts';

/** In an instance of their own, as after a restart. */
const idsOf = (bench: Bench, events: readonly EventFixture[]): Promise<Map<string, string[]>> =>
  bench.started(async (instance) => {
    const ids = new Map<string, string[]>();
    for (const { file, event } of events) {
      ids.set(file, messageIds(takeReceived(await instance.call('receive', [event]), file).elements));
    }
    return ids;
  });

const shared = (ids: ReadonlyMap<string, string[]>): ContractProblem[] => {
  const owner = new Map<string, string>();
  return [...ids].flatMap(([file, all]) =>
    all.flatMap((id) => {
      const other = owner.get(id);
      owner.set(id, file);
      return other === undefined ? [] : [problem(`${other} and ${file} give the same message_id ${JSON.stringify(id)}.`)];
    }),
  );
};

export const ids: ContractCheck = {
  id: 'ids',
  sentence: 'A message_id is a pure function of its event: the same after a restart, another for another event.',
  fix: "Make message_id of the platform's own id of the message, without counters, clocks or random values.",
  async run(bench) {
    const { events } = bench.fixtures;
    const first = await idsOf(bench, events);
    if ([...first.values()].filter((all) => all.length > 0).length < 2) {
      return notTried('It takes at least two events with messages in fixtures/.');
    }
    // In another order, so that a counter gives other ids.
    const second = await idsOf(bench, [...events].reverse());
    const changed = [...first].flatMap(([file, all]) =>
      all.join('\n') === second.get(file)?.join('\n') ? [] : [problem(`The message_id of ${file} is another one in another instance.`)],
    );
    return verdictOf([...changed, ...shared(first)]);
  },
};
