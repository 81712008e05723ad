/**
 * How a command reaches its host: a remote one by URL and token, the running one of this home by its
 * socket, or none, in which case the command takes the lock and works on the database itself. The API is
 * the same on all three ways.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { findHome, loadConfig, runDirOf } from '../config.ts';
import { AppError, ERRORS, type ErrorCode } from '../errors.ts';
import { findSocketPath } from '../http/command-socket.ts';
import { createLogger } from '../lib/logger.ts';
import type { CliContext, CommonOptions } from './context.ts';

export interface Client {
  /** `timeout_ms`: for what takes longer than a look into the database. */
  call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, timeout_ms?: number): Promise<Answer>;
}

interface RawAnswer {
  status: number;
  body: string;
}

const TIMEOUT_MS = 30_000;

const exchange = (
  target: { socketPath: string } | { url: URL; token: string | undefined },
  method: string,
  path: string,
  body: string | undefined,
  timeout_ms = TIMEOUT_MS,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const remote = 'url' in target ? target : null;
    const headers: Record<string, string> = { host: remote ? remote.url.host : 'localhost' };
    if (remote?.token) headers.authorization = `Bearer ${remote.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const where = remote
      ? { hostname: remote.url.hostname, port: remote.url.port || undefined, path: `${remote.url.pathname.replace(/\/$/, '')}${path}` }
      : { socketPath: (target as { socketPath: string }).socketPath, path };
    const make = remote?.url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = make({ ...where, method, headers, timeout: timeout_ms }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    request.on('timeout', () =>
      request.destroy(new AppError('INTERNAL', `The host did not answer within ${timeout_ms / 1000} seconds.`, 'Look at its log.')),
    );
    request.on('error', reject);
    request.end(body);
  });

const understand = <Answer>({ status, body }: RawAnswer): Answer => {
  const value: unknown = body === '' ? null : JSON.parse(body);
  if (status < 400) return value as Answer;
  // The answer to a request to a connector says itself what became of it.
  if (typeof value === 'object' && value !== null && 'evidence_id' in value) return value as Answer;
  const problem = value as { code?: string; detail?: string; hint?: string } | null;
  const code = problem?.code && problem.code in ERRORS ? (problem.code as ErrorCode) : 'INTERNAL';
  throw new AppError(code, problem?.detail ?? `The host answered ${status}.`, problem?.hint ?? '');
};

const NOBODY_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);

/** Runs `work` with a client; whatever was opened for it is closed again. */
export const withClient = async <Result>(
  context: CliContext,
  options: CommonOptions,
  work: (client: Client) => Promise<Result>,
): Promise<Result> => {
  if (options.url) {
    const url = new URL(options.url);
    const token = options.token ?? context.env.AGENTOS_ADMIN_TOKEN;
    return work({
      call: async (method, path, body, timeout_ms) =>
        understand(await exchange({ url, token }, method, path, body === undefined ? undefined : JSON.stringify(body), timeout_ms)),
    });
  }
  // Only where the home is: a running host is reached also while its files are broken.
  const home = findHome({ home: options.home }, context.env, context.cwd);
  const socketPath = await findSocketPath(runDirOf(home));
  try {
    await exchange({ socketPath }, 'GET', '/health/live', undefined);
  } catch (error) {
    if (!NOBODY_THERE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return offline(context, loadConfig({ argv: { home: options.home }, env: context.env, cwd: context.cwd }).config, work);
  }
  return work({
    call: async (method, path, body, timeout_ms) =>
      understand(await exchange({ socketPath }, method, path, body === undefined ? undefined : JSON.stringify(body), timeout_ms)),
  });
};

const offline = async <Result>(
  context: CliContext,
  config: ReturnType<typeof loadConfig>['config'],
  work: (client: Client) => Promise<Result>,
): Promise<Result> => {
  // A command of a running host does without the whole of it, which takes most of a second to load.
  const { openHost } = await import('../host.ts');
  const log = createLogger({ level: 'ERROR', pretty: false, destination: { write: (line) => context.stderr.write(line) } });
  const host = await openHost({ config, log, mode: 'offline', dist_dir: context.dist_dir });
  try {
    await host.start();
    return await work({
      async call(method, path, body) {
        const answer = await host.app.inject({
          method,
          url: path,
          headers: { host: 'localhost' },
          ...(body === undefined ? {} : { payload: body as object }),
        });
        return understand({ status: answer.statusCode, body: answer.body });
      },
    });
  } finally {
    await host.close();
  }
};
