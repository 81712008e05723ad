/** Several directories as one. */
import type { Connector, ConnectorDirectory } from './connector.ts';

/** Of two connectors of one id the earlier directory's counts: what is in a folder is never replaced from elsewhere. */
export const joinDirectories = (directories: readonly ConnectorDirectory[]): ConnectorDirectory => ({
  get(id) {
    for (const directory of directories) {
      const found = directory.get(id);
      if (found) return found;
    }
    return null;
  },
  list() {
    const byId = new Map<string, Connector>();
    for (const directory of directories)
      for (const connector of directory.list()) if (!byId.has(connector.id)) byId.set(connector.id, connector);
    return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  },
});
