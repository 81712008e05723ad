import { type ContractCheck, notApplicable, problem, verdictOf } from '../contract-check.ts';

/** What the host gives a plugin to end. */
const GRACE_MS = 2_000;
/** Long enough for what runs several times a second to be seen. */
const WATCH_MS = 300;

export const stop: ContractCheck = {
  id: 'stop',
  sentence: '`stop` ends within 2 s, also while the service does not answer, and nothing is asked for or emitted after it.',
  fix: 'Clear every timer in `stop`, and do not wait there for requests that are under way.',
  run: (bench) =>
    bench.started(async (instance) => {
      if (!instance.methods.has('stop')) return notApplicable('It has no `stop`; the host ends it.');
      instance.answerWith(() => 'pending');
      const stopped = await instance.call('stop', [], GRACE_MS);
      if (!stopped.ok) return verdictOf([problem(`stop did not end well: ${stopped.message}`, stopped.stack)]);
      const { requests, emitted } = instance.seen;
      const before = { requests: requests.length, emitted: emitted.length };
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
      // One turn more of its event loop, however busy the machine is: what was due comes before the answer.
      await instance.call('receive', [bench.event({ body: {} })]);
      const problems = [];
      if (requests.length > before.requests) problems.push(problem('It still makes requests after `stop`.'));
      if (emitted.length > before.emitted) problems.push(problem('It still emits events after `stop`.'));
      return verdictOf(problems);
    }),
};
