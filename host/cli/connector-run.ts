/** `agentos connector run`: one request to a connector, under the policy like everybody's. */
import type { ConnectorResponse } from '../connectors/request.ts';
import { AppError } from '../errors.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { plain, show } from './output.ts';

export interface ConnectorRunOptions extends CommonOptions {
  params?: string;
  session?: string;
  approval?: string;
}

/** The policy says how long a request may take; this only ends what is lost. */
const TIMEOUT_MS = 900_000;

const parseParams = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new AppError('INVALID_PARAMS', '--params is no JSON object.', `Write it in quotes: --params '{"url": "https://example.com"}'.`);
};

const print = (context: CliContext, { status, data, error, evidence_id }: ConnectorResponse): void => {
  const { stdout } = context;
  const lines = error === null ? JSON.stringify(data, null, 2).split('\n') : [`${status}: ${error.code}: ${error.message}`, error.hint];
  for (const line of lines) stdout.write(`${plain(line)}\n`);
  if (error?.approval_id)
    stdout.write(`agentos approvals approve ${error.approval_id}, then the same command with --approval ${error.approval_id}\n`);
  stdout.write(`evidence ${evidence_id}\n`);
};

/** Fails unless the request succeeded, or waits for an approval. */
export const connectorRun = (context: CliContext, options: ConnectorRunOptions, id: string, operation: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const body = {
      operation,
      params: parseParams(options.params ?? '{}'),
      ...(options.session === undefined ? {} : { session_id: options.session }),
      ...(options.approval === undefined ? {} : { approval_id: options.approval }),
    };
    const path = `/api/connectors/${encodeURIComponent(id)}/execute`;
    const answer = await client.call<ConnectorResponse>('POST', path, body, TIMEOUT_MS);
    show(context.stdout, options, answer, (response) => print(context, response));
    if (answer.status !== 'success' && answer.status !== 'requires_approval')
      throw new AppError('STATE_CONFLICT', `The request is ${answer.status}.`, `Evidence ${answer.evidence_id}.`);
  });
