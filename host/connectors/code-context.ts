/** What a connector of the embedding program is constructed with. As trusted code it has Node's own fetch, files and timers beside. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { PluginContext } from '../../plugins/sdk/index.ts';
import { AppError } from '../errors.ts';

const silent: PluginContext['log'] = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** `new MyConnector(connectorContext({ api_key }))`. Log lines go to `log`, nowhere without it. */
export const connectorContext = (config: PluginContext['config'] = {}, log: PluginContext['log'] = silent): PluginContext => ({
  config,
  channel_id: 'code',
  log,
  clock: { now: () => Date.now(), monotonic_ms: () => performance.now() },
  crypto: {
    hash: async (algorithm, data, encoding = 'hex') => createHash(algorithm).update(data).digest(encoding),
    random: async (bytes) => randomBytes(bytes).toString('hex'),
    uuid: async () => randomUUID(),
  },
  emit: async () => {
    throw new AppError('INVALID_PARAMS', 'A connector receives no events.', 'Events come through channels.');
  },
});
