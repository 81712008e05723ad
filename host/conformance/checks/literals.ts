import { type ContractCheck, notApplicable, verdictOf } from '../contract-check.ts';
import { findCredentials } from '../credential-shapes.ts';

const isText = (file: string): boolean => /\.(?:[mc]?[jt]s|json|txt|md|ya?ml|env)$/.test(file) || /(?:^|\/)\.env/.test(file);
const isOwn = (file: string): boolean => !/(?:^|\/)node_modules\//.test(file);

export const literals: ContractCheck = {
  id: 'literals',
  sentence: 'No credential is written in the folder.',
  fix: 'Revoke it, since others may have seen it; make it a secret field of configuration_schema and give its value to the host.',
  async run({ files }) {
    if (files.size === 0) return notApplicable('The code is built in.');
    const found = [...files].flatMap(([file, bytes]) =>
      isText(file) && isOwn(file) ? findCredentials(file, new TextDecoder().decode(bytes)) : [],
    );
    return verdictOf(found.map(({ kind, file, line }) => ({ message: `This looks like ${kind}.`, place: `${file}:${line}` })));
  },
};
