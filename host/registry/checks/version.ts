import semver from 'semver';
import { type Check, error } from './check.ts';

export const version: Check = {
  id: 'version',
  check: ({ version: text }) => {
    // `valid` alone would take "v1.0.0" and " 1.0.0" too.
    if (semver.valid(text) !== null && /^\d/.test(text) && text.trim() === text) return [];
    const meant = semver.coerce(text)?.version;
    return [error('/version', `"${text}" is no semantic version.`, `Write three numbers (https://semver.org): "${meant ?? '1.0.0'}".`)];
  },
};
