import { type ContractCheck, problem, verdictOf } from '../contract-check.ts';

export const operations: ContractCheck = {
  id: 'operations',
  sentence: 'getSupportedOperations() names the operations of the manifest, no more and no fewer.',
  fix: 'Make the two lists equal.',
  run: (bench) =>
    bench.started(async (instance) => {
      const result = await instance.call('getSupportedOperations');
      if (!result.ok) return verdictOf([problem(`getSupportedOperations failed: ${result.message}`, result.stack)]);
      if (!Array.isArray(result.value)) return verdictOf([problem('getSupportedOperations gave no list.')]);
      const supported = result.value.map(String);
      const declared = Object.keys(bench.manifest.operations ?? {});
      return verdictOf([
        ...declared.filter((name) => !supported.includes(name)).map((name) => problem(`"${name}" is declared and not supported.`)),
        ...supported.filter((name) => !declared.includes(name)).map((name) => problem(`"${name}" is supported and not declared.`)),
      ]);
    }),
};
