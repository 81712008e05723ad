/** docs/connector-guide.md: its examples are files of docs/examples/connectors, which keep the contract and pass their own tests. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signV4 } from '../../docs/examples/connectors/s3_upload/sign-v4.ts';
import { createTestContext } from '../../plugins/sdk/testing.ts';
import { compile } from '../../schemas/compile.ts';
import { type Bench, openBench } from '../host/connectors/harness.ts';
import { makeHome, ROOT } from '../support/home.ts';

const run = promisify(execFile);
const page = readFileSync(path.join(ROOT, 'docs/connector-guide.md'), 'utf8');
const EXAMPLES = 'docs/examples/connectors';
const names = readdirSync(path.join(ROOT, EXAMPLES)).sort();

/** What an example has nothing to be tried with, such as neither a required field nor a secret. */
const NOT_APPLICABLE: Readonly<Record<string, readonly string[]>> = {
  custom_service: [],
  // What is made up for a private key does not sign.
  gcs: ['upstream_error', 'timeout'],
  github: ['config', 'secrets'],
  kafka_rest: [],
  rabbitmq: [],
  s3_upload: [],
  tickets: [],
  weather: ['config', 'secrets'],
};

interface Report {
  level: string;
  problems: unknown[];
  missing: string[];
  checks: { id: string; status: string }[];
}

const check = async (folder: string): Promise<Report> => {
  const args = [path.join(ROOT, 'dist/agentos.js'), 'channel', 'check', folder, '--json'];
  return JSON.parse((await run(process.execPath, args, { cwd: ROOT, maxBuffer: 8_000_000 })).stdout);
};

it('has examples, each with what is said of it here', () => {
  expect(names).toEqual(Object.keys(NOT_APPLICABLE));
});

describe.each(names)('the example %s', (name) => {
  const folder = path.join(EXAMPLES, name);

  it('keeps every rule of the contract in the sandbox, at the highest level', async () => {
    const report = await check(folder);
    expect(report).toMatchObject({ level: 'complete', problems: [], missing: [] });
    const ids = (status: string) => report.checks.filter((each) => each.status === status).map(({ id }) => id);
    expect(ids('not_applicable')).toEqual(NOT_APPLICABLE[name]);
    expect(ids('passed')).toHaveLength(report.checks.length - ids('not_applicable').length);
  });

  it('passes its own test, run by plain Node', async () => {
    const test = path.join(folder, 'connector.test.ts');
    const { stdout } = await run(process.execPath, ['--import', './dist/register.js', '--test', '--test-reporter=tap', test], {
      cwd: ROOT,
    });
    expect(stdout).toMatch(/^# pass [1-9]\d*$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it('is linked from the guide', () => {
    expect(page).toContain(`](examples/connectors/${name}`);
  });
});

describe('what becomes part of a path', () => {
  it.each([
    ['github', 'get_repo', { owner: 'tea', repo: 'pot' }],
    ['tickets', 'get_ticket', { ticket_id: 'T-1' }],
    ['custom_service', 'get_data', { resource_id: 'a.b' }],
    ['custom_service', 'update_resource', { resource_id: 'a.b', data: {} }, ['resource_id']],
    ['gcs', 'get_text', { name: '.a' }],
    ['kafka_rest', 'produce', { topic: 'tea', value: {} }, ['topic']],
    ['rabbitmq', 'queue_length', { queue: 'tea' }],
    ['rabbitmq', 'publish', { exchange: 'orders', routing_key: 'tea', payload: '.' }, ['exchange']],
  ])('of %s %s is never .. alone', (name, operation, params: Record<string, unknown>, parts = Object.keys(params)) => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, EXAMPLES, name, 'manifest.json'), 'utf8'));
    const fits = compile(manifest.operations[operation].params);
    expect(fits(params).ok).toBe(true);
    for (const part of parts) expect(fits({ ...params, [part]: '..' }).ok).toBe(false);
  });
});

describe('Signature Version 4', () => {
  it('is the one of the example in the documentation of S3', async () => {
    const payload_hash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
    const { context } = createTestContext({ secrets: { key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' } });
    const signer = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_field: 'key', region: 'us-east-1', service: 's3' };
    const time = '20130524T000000Z';
    const headers = {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': payload_hash,
      'x-amz-date': time,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    };
    const url = new URL('https://examplebucket.s3.amazonaws.com/test%24file.text');
    expect(await signV4(context, signer, { method: 'PUT', url, headers, payload_hash, time })).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    );
  });
});

/** As `agentos connector run` prints them, with the guide's own names in the place of the bench's. */
describe('the messages of the five problems', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());

  const said = async (request: Parameters<Bench['execute']>[0]): Promise<string> => {
    const { status, error } = await bench.execute(request);
    return `${status}: ${error?.code}: ${error?.message}`.replaceAll('items', 'my_service').replace('Items', 'my_service');
  };
  const inGuide = (text: string) => expect(page.includes(text) ? 'in the guide' : text).toBe('in the guide');

  it('are what the service says', async () => {
    inGuide(await said({ connector_type: 'my_servise' }));
    inGuide((await said({ operation: 'get_dat' })).replace('failed: ', ''));
    inGuide(await said({ params: { url: 'http://127.0.0.1:8080/' } }));
    bench.policy = { connectors: { items: { blocked_domains: ['example.com'] } } };
    inGuide(await said({ params: { url: 'https://www.example.com/' } }));
    bench.policy = {};
    bench.items.on = false;
    expect(await said({})).toBe('failed: CONNECTOR_ERROR: my_service cannot serve now: The configuration of my_service is not valid.');
    inGuide('failed: CONNECTOR_ERROR: my_service cannot serve now: ');
    bench.items.on = true;
    for (let asked = 0; asked < 20; asked += 1) await bench.execute({}, { actor: 'token:busy' });
    const { status, error } = await bench.execute({}, { actor: 'token:busy' });
    inGuide(`${status}: ${error?.code}: ${error?.message}`);
    expect(error?.hint).toMatch(/^Try again in \d+ seconds\.$/);
  });
});

describe('a connector in code', () => {
  it('is registered and called by the program that embeds the host', async () => {
    const home = makeHome();
    const args = ['--import', './dist/register.js', 'docs/examples/connector-in-code.ts', home.dir, path.join(ROOT, 'dist')];
    try {
      const { stdout } = await run(process.execPath, args, { cwd: ROOT });
      expect(JSON.parse(stdout)).toEqual({ status: 'success', data: { item: 'tea', count: 12 }, evidence: true });
    } finally {
      home.remove();
    }
  });
});

/** A block whose paragraph ends with a link to a file, and a colon. */
const quoted = [...page.matchAll(/\]\((examples\/[\w./-]+)\):\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', text = '']) => [file, text] as const,
);

describe('a block that shows a file', () => {
  it('stands in the guide', () => {
    expect(quoted.length).toBeGreaterThanOrEqual(8);
  });

  it.each(quoted)('%s is that file, or a part of it, word for word', (file, text) => {
    expect(readFileSync(path.join(ROOT, 'docs', file), 'utf8')).toContain(text);
  });
});

describe('every link of the guide', () => {
  it('leads to a heading, a file or a folder', () => {
    const anchors = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    const links = [...page.matchAll(/\]\((?!https:)([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(8);
    const leads = (target: string) =>
      target.startsWith('#') ? anchors.has(target.slice(1)) : existsSync(path.join(ROOT, 'docs', target.replace(/#.*/, '')));
    expect(links.filter((target) => !leads(target))).toEqual([]);
  });
});
