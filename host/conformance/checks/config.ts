import type { Bench } from '../bench.ts';
import { type ContractCheck, notApplicable, problem, verdictOf } from '../contract-check.ts';

const isValid = async (bench: Bench, config: 'full' | 'empty') => {
  const instance = await bench.open({ config });
  try {
    return await instance.call('validateConfig');
  } finally {
    await instance.close();
  }
};

export const config: ContractCheck = {
  id: 'config',
  sentence: 'validateConfig() is false when required values are missing, and true when all are there.',
  fix: 'Give false in validateConfig() unless each required field of configuration_schema has a value; throw nothing in the constructor.',
  async run(bench) {
    const required = Object.entries(bench.manifest.configuration_schema ?? {}).filter(([, field]) => field.required === true);
    const full = await isValid(bench, 'full');
    if (!full.ok) return verdictOf([problem(`validateConfig failed: ${full.message}`, full.stack)]);
    const problems = full.value === true ? [] : [problem('validateConfig() is not true although every field has a value.')];
    if (required.length === 0)
      return problems.length > 0 ? verdictOf(problems) : notApplicable('No field of the configuration is required.');
    const empty = await isValid(bench, 'empty');
    if (!empty.ok) problems.push(problem(`validateConfig failed without values: ${empty.message}`, empty.stack));
    else if (empty.value !== false)
      problems.push(problem(`validateConfig() is not false without ${required.map(([name]) => name).join(', ')}.`));
    return verdictOf(problems);
  },
};
