/** Clients of the Model Context Protocol: the SDK's own, the inspector's command line, and the conformance suite. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ROOT } from './home.ts';

const MODULES = path.join(ROOT, 'node_modules/@modelcontextprotocol');

/** Connected; the caller closes it. */
export const mcpClient = async (url: string, token: string): Promise<Client> => {
  const client = new Client({ name: 'a-client', version: '1.0.0' });
  const headers = { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } });
  // Its types do not know `exactOptionalPropertyTypes`.
  await client.connect(transport as Transport);
  return client;
};

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** To its end, within a bound: a child that hangs is a failure, not a wait. */
const run = async (file: string, args: readonly string[]): Promise<Ran> => {
  const child: ChildProcess = spawn(process.execPath, [path.join(MODULES, file), ...args], {
    // The inspector looks for its own package from there.
    cwd: path.join(MODULES, path.dirname(file)),
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  const ran = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...ran };
};

/** `mcp-inspector --cli`. */
export const inspect = (url: string, token: string, args: readonly string[]): Promise<Ran> =>
  run('inspector-cli/build/index.js', [`${url}/mcp`, '--transport', 'http', '--header', `Authorization: Bearer ${token}`, ...args]);

/** One scenario of the conformance suite, which knows of no tokens: what stands between adds one, and nothing else. */
export const conforms = async (url: string, token: string, scenario: string): Promise<Ran> => {
  const between = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const sent = httpRequest(url + request.url, { method: request.method, headers, setHost: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
  try {
    const { port } = between.address() as AddressInfo;
    return await run('conformance/dist/index.js', ['server', '--url', `http://127.0.0.1:${port}/mcp`, '--scenario', scenario]);
  } finally {
    between.closeAllConnections();
    between.close();
  }
};
