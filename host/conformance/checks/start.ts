import { type ContractCheck, notApplicable, notTried, problem, verdictOf } from '../contract-check.ts';

export const start: ContractCheck = {
  id: 'start',
  sentence: '`start` ends without an error when the service answers as it should.',
  fix: 'Mend `start`, or what the service answers in fixtures/answers.json.',
  async run(bench) {
    const instance = await bench.open();
    try {
      if (!instance.methods.has('start')) return notApplicable('The adapter has no `start`.');
      const result = await instance.call('start');
      if (result.ok) return verdictOf([]);
      const untold = instance.seen.requests.length > 0 && bench.fixtures.answers === null;
      if (untold) return notTried('`start` asks the service, and there is no fixtures/answers.json that says what it answers.');
      return verdictOf([problem(`start failed: ${result.message}`, result.stack)]);
    } finally {
      await instance.close();
    }
  },
};
