/** `agentos serve`: runs the host until it is told to stop. */
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { openHost } from '../host.ts';
import { prepareSocketPath, removeSocket } from '../http/command-socket.ts';
import { closeServer, createCommandServer, createNetworkServer, listen } from '../http/server.ts';
import { createLogger } from '../lib/logger.ts';
import type { CliContext, CommonOptions } from './context.ts';

export interface ServeOptions extends CommonOptions {
  host?: string;
  port?: string;
  reload?: boolean;
}

/** What is under way may end within this time; then the process ends all the same. */
const SHUTDOWN_MS = 10_000;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const addressOf = (at: AddressInfo | string | null, tls: boolean): string => {
  if (at === null || typeof at === 'string') return String(at);
  const name = at.family === 'IPv6' ? `[${at.address}]` : at.address;
  return `${tls ? 'https' : 'http'}://${name}:${at.port}`;
};

/** On loopback only the people of this machine can ask. */
const refuseOpenBind = (host: string, hasAdmin: boolean): void => {
  if (LOOPBACK.has(host) || hasAdmin) return;
  throw new AppError(
    'CONFIG_INVALID',
    `--host ${host} is reachable from other machines, and no admin token is set.`,
    'Set AGENTOS_ADMIN_TOKEN, make one with agentos token create --role admin, or listen on 127.0.0.1.',
  );
};

/** A new home gets a token of its own; its hash is what is kept, so these lines are the only place where it is readable. */
const printFirstToken = (context: CliContext, token: string): void => {
  context.stdout.write(
    `\nThe admin token of this home, shown only now:\n\n  ${token}\n\nThe agentos command needs none on this machine.\n\n`,
  );
};

/** The system's words for an address that cannot be had, with what to do about it. */
const LISTEN_HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there: stop it, or choose another --port (0 takes a free one).',
  EACCES: 'Ports below 1024 need a privilege: choose another --port, or put a proxy in front.',
  EADDRNOTAVAIL: 'No interface of this machine has this address: check --host.',
  ENOTFOUND: 'This name has no address: check --host.',
};

const listenOn = (server: Server, where: { host: string; port: number }): Promise<AddressInfo | string | null> =>
  listen(server, where).catch((error: NodeJS.ErrnoException) => {
    const hint = LISTEN_HINTS[error.code ?? ''];
    if (hint === undefined) throw error;
    throw new AppError('CONFIG_INVALID', `${where.host}:${where.port} cannot be listened on (${error.code}).`, hint, { cause: error });
  });

export const serve = async (context: CliContext, options: ServeOptions): Promise<void> => {
  const { config, warnings } = loadConfig({
    argv: { home: options.home, host: options.host, port: options.port },
    env: context.env,
    cwd: context.cwd,
  });
  // A home without a database has no tokens; nothing is made for a start that is refused.
  refuseOpenBind(config.listen.host, config.admin_token !== null || existsSync(config.db_file));
  const log = createLogger({ level: config.debug ? 'DEBUG' : config.log_level, pretty: context.stdout.isTTY === true });
  for (const warning of warnings) log.warn(warning);
  const tls = config.tls ? { cert: readFileSync(config.tls.cert_file), key: readFileSync(config.tls.key_file) } : null;
  // The permission model lets a worker read the process's folder on newer Node: it is the bootstrap folder, which holds nothing else.
  process.chdir(path.join(context.dist_dir, 'sandbox'));
  const host = await openHost({
    config,
    log,
    mode: 'serve',
    dist_dir: context.dist_dir,
    reload: options.reload === true,
    probe: context.probe,
  });
  const network = createNetworkServer({ tls, webhooks: host.webhooks.handle, app: host.app.routing });
  const command = createCommandServer(host.app.routing);

  let stopping = false;
  const stop = async (why: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info(`stopping: ${why}`);
    const deadline = setTimeout(() => {
      log.error('what is under way did not end in time; what is not finished goes on at the next start');
      process.exit(1);
    }, SHUTDOWN_MS);
    host.drain();
    await Promise.all([closeServer(network, SHUTDOWN_MS / 3), closeServer(command, 1000)]);
    await removeSocket(config.run_dir);
    await host.close();
    clearTimeout(deadline);
    log.info('stopped');
  };

  try {
    refuseOpenBind(config.listen.host, host.tokens.hasAdmin());
    const address = addressOf(await listenOn(network, config.listen), tls !== null);
    await host.announce(address);
    await listen(command, { path: await prepareSocketPath(config.run_dir) });
    context.on_signal(
      ['SIGINT', 'SIGTERM'],
      (signal) => void stop(signal).catch((error) => log.error({ err: error }, 'did not stop cleanly')),
    );
    context.on_signal(
      ['SIGHUP'],
      () => void host.reload().catch((error) => log.error({ err: error }, 'could not read the plugin folders again')),
    );
    await host.start();
    if (options.reload) log.info('development: changed plugin folders are taken up by themselves');
    if (host.tokens.isFirstStart()) {
      const { token } = await host.tokens.create({ name: 'first-start', role: 'admin', expires_at: null }, 'host');
      printFirstToken(context, token);
    }
    log.info(
      { address, home: config.home },
      `CommunicationOS runs at ${address}; the console is ${address}/, the chat page ${address}/chat`,
    );
  } catch (error) {
    await stop('it could not start');
    throw error;
  }
};
