import type { Bench, Planted } from '../bench.ts';
import { type ContractCheck, type ContractProblem, notApplicable, problem, verdictOf } from '../contract-check.ts';
import { everyOperation } from '../operations.ts';
import type { Script } from '../scripted-egress.ts';
import { sendBy } from '../sending.ts';

/** A service that repeats all that it was sent, as careless ones do in their errors. */
const echo =
  (status: number): Script =>
  ({ method, url, headers, body }) => ({
    status,
    body: JSON.stringify({ error: `${method} ${url}`, message: `${method} ${url}`, headers, body }),
  });

const plain =
  (status: number): Script =>
  () => ({ status, body: '{}' });

const provoke = (bench: Bench, script: (status: number) => Script): Promise<void> =>
  bench.started(async (instance) => {
    for (const status of [200, 400, 401, 500]) {
      instance.answerWith(script(status));
      if (bench.manifest.operations === undefined) await sendBy(instance, bench, 'hello', '');
      for (const { name, params } of everyOperation(bench)) await instance.call('execute', [name, params]);
    }
  });

/** Whether the credential is declared for the origin that the request went to is the host's own rule: it refuses, and that is seen. */
const leaks = ({ seen }: Bench, planted: readonly Planted[]): ContractProblem[] => {
  const places: [string, readonly string[]][] = [
    ['a line of its log', seen.logs],
    ['an event that it emitted', seen.emitted.map(({ event_id, body }) => `${event_id} ${body}`)],
    ...[...new Set(seen.outcomes.map(({ method }) => method))].map((method): [string, string[]] => [
      `what \`${method}\` gave or threw`,
      seen.outcomes.filter((outcome) => outcome.method === method).map(({ text }) => text),
    ]),
  ];
  return planted.flatMap(({ name, word }) =>
    places.flatMap(([place, texts]) => (texts.some((text) => text.includes(word)) ? [problem(`${name} stands in ${place}.`)] : [])),
  );
};

const misplaced = ({ seen }: Bench): ContractProblem[] =>
  seen.refused.flatMap(({ code, message }) => (code === 'SECRET_MISPLACED' ? [problem(`A request was refused: ${message}`)] : []));

export const secrets: ContractCheck = {
  id: 'secrets',
  sentence: 'No secret stands in a log, a result, an error, an event, or in a request outside its declared place.',
  fix: 'Declare in permissions.network where each secret goes, and write neither configuration nor whole answers of the service into logs and errors.',
  async run(bench) {
    if (bench.planted.length === 0) return notApplicable('configuration_schema has no secret.');
    await provoke(bench, plain);
    const own = leaks(bench, bench.planted);
    // A placeholder that a service repeats was put there by the host, in the place of the value: only the value would be a leak.
    await provoke(bench, echo);
    const repeated = leaks(
      bench,
      bench.planted.filter(({ real }) => real),
    );
    return verdictOf([...own, ...repeated, ...misplaced(bench)]);
  },
};
