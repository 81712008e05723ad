import semver from 'semver';
import { PLUGIN_API_VERSION } from '../../version.ts';
import { type Check, error } from './check.ts';

const POINTER = '/engines/communicationos';

export const engines: Check = {
  id: 'engines',
  check: ({ engines: needs }) => {
    const range = needs?.communicationos;
    if (range === undefined) return [];
    if (semver.validRange(range) === null) {
      return [error(POINTER, `"${range}" is no range of versions.`, `Write "^${PLUGIN_API_VERSION}" for every compatible version.`)];
    }
    if (semver.satisfies(PLUGIN_API_VERSION, range)) return [];
    const newer = semver.gtr(PLUGIN_API_VERSION, range);
    return [
      error(
        POINTER,
        `The plugin works with the plugin API ${range}; this host has ${PLUGIN_API_VERSION}.`,
        newer ? 'Install a newer version of the plugin.' : 'Install a newer version of CommunicationOS, or an older one of the plugin.',
      ),
    ];
  },
};
