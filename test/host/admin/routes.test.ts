/** Every route and every role: who is answered, who is refused, and in what form. The cases come from the table of routes itself. */
import { request } from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers, ROLES, type Role } from '../../../host/admin/access/roles.ts';
import { createDocument, documentPath } from '../../../host/admin/openapi.ts';
import { isWrite, type Route } from '../../../host/admin/route.ts';
import { EXAMPLES, type Known, NEEDS } from './examples.ts';
import { type AdminHost, type Answer, type Ask, openAdminHost, ROUTE_GROUPS, ROUTES } from './harness.ts';

let host: AdminHost;
let known: Known;
const tokens = {} as Record<Role, string>;

beforeAll(async () => {
  host = await openAdminHost({ files: true });
  await host.channelIn('webchat', 'running');
  await host.channelIn('files', 'running');
  for (const role of ROLES) tokens[role] = (await host.newToken(role)).token;
  const { message_id, session_id } = await host.converse();
  // Telegram has no token here, so what is to be sent there waits.
  const held = await host.admin('/api/messages', { method: 'POST', body: { channel_id: 'telegram', conversation_key: '1', text: 'wait' } });
  expect(held).toMatchObject({ status: 202, body: { state: 'held', held_by: 'needs_config' } });
  const { digest } = (await host.admin('/api/channels/telegram')).body;
  const attachment_id = await host.sendFile(1, { file_name: 'plan.pdf', mime_type: 'application/pdf' }, Buffer.from('a plan'));
  const connector_digest = (await host.admin('/api/connectors/wiki')).body.digest;
  known = { attachment_id, message_id, session_id, delivery_id: held.body.id, digest, connector_digest };
});
afterAll(() => host.stop());

/** A stream that is open is not waited for to its end. */
const openOnly = (at: string, { headers = {} }: Ask): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(host.url + at, { headers, agent: false }, (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '', body: '' });
      sent.destroy();
    });
    sent.on('error', reject);
    sent.end();
  });

const send = async (route: Route, token: string | null, more: Ask = {}): Promise<Answer> => {
  const example = await (EXAMPLES[route.operation] as (typeof EXAMPLES)[string])(known, host);
  const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...example.headers, ...more.headers };
  const ask: Ask = { method: route.method, ...('body' in example ? { body: example.body } : {}), ...more, headers };
  const streams = route.answer.content_type === 'text/event-stream' && token !== null && more.headers === undefined;
  return streams ? openOnly(example.path, ask) : host.ask(example.path, ask);
};

const expectProblem = ({ headers, body, status }: Answer, code: string): void => {
  expect(headers['content-type']).toContain('application/problem+json');
  expect(body).toEqual({
    type: 'about:blank',
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
    code,
    hint: expect.stringMatching(/\S/),
  });
};

const cases = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);

it('every operation has its example, and every example its operation', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(ROUTES.map(({ operation }) => operation).sort());
});

describe.each(cases)('%s', (_name, route) => {
  const open = route.role === 'anyone' || route.open_on_loopback === true;

  it(open ? 'is open to anyone on this machine' : 'is 401 without a token', async () => {
    const answer = await send(route, null);
    if (route.operation === 'login') return expectProblem(answer, 'UNAUTHORIZED');
    expect(answer.status).toBe(open ? route.answer.status : 401);
    if (!open) expectProblem(answer, 'UNAUTHORIZED');
  });

  it.each(ROLES)('for a %s', async (role) => {
    const answer = await send(route, tokens[role]);
    if (route.operation === 'login') return expect(answer.status).toBe(401);
    if (route.role === 'anyone' || covers(role, NEEDS[route.operation] ?? route.role)) {
      expect({ status: answer.status, body: answer.status === route.answer.status ? '' : answer.body }).toEqual({
        status: route.answer.status,
        body: '',
      });
    } else {
      expect(answer.status).toBe(403);
      expectProblem(answer, 'FORBIDDEN');
    }
  });

  it('is refused for a foreign Host', async () => {
    const answer = await send(route, tokens.admin, { headers: { host: 'evil.example' } });
    if (route.path.startsWith('/health')) expect(answer.status).toBe(200);
    else expectProblem(answer, 'HOST_NOT_ALLOWED');
  });
});

it.each(cases.filter(([, route]) => isWrite(route)))('%s takes JSON and nothing else', async (_name, route) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx']) {
    const answer = await send(route, tokens.admin, { headers: { 'content-type': type }, body: '{}' });
    expect({ type, status: answer.status }).toEqual({ type, status: 415 });
  }
  const packed = await send(route, tokens.admin, { headers: { 'content-encoding': 'gzip' }, body: '{}' });
  expect(packed.status).toBe(415);
  const broken = await send(route, tokens.admin, { body: '{' });
  expectProblem(broken, 'INVALID_PARAMS');
});

it.each(cases.filter(([, { body }]) => body !== undefined))('%s refuses a body with a key that it does not know', async (_name, route) => {
  const answer = await send(route, tokens.admin, { body: { no_such_key: 1 } });
  expect(answer.status).toBe(400);
  expectProblem(answer, 'INVALID_PARAMS');
});

it.each(cases.filter(([, { query }]) => query !== undefined))(
  '%s refuses a query that it does not know, and cursors and limits that are none',
  async (_name, route) => {
    const [at = ''] = (await (EXAMPLES[route.operation] as (typeof EXAMPLES)[string])(known, host)).path.split('?');
    for (const query of [
      'no_such_filter=1',
      'cursor=abc',
      'cursor=-1',
      'cursor=',
      'cursor=1e9',
      'limit=0',
      'limit=501',
      'limit=x',
      'limit=1.5',
    ]) {
      const answer = await host.admin(`${at}?${query}`);
      expect({ query, status: answer.status }).toEqual({ query, status: 400 });
      expectProblem(answer, 'INVALID_PARAMS');
    }
    expect((await host.admin(`${at}?limit=500`)).status).toBe(200);
  },
);

describe('the OpenAPI document', () => {
  const document = createDocument(ROUTE_GROUPS);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'api');
  const pointer = (...parts: string[]) =>
    `api#/${parts.map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/')}`;

  const expectDescribed = (route: Route, { status, body }: Answer): void => {
    const method = route.method.toLowerCase();
    const at = ['paths', documentPath(route.path), method, 'responses', String(status), 'content', 'application/json', 'schema'];
    const validate = ajv.compile({ $ref: pointer(...at) });
    validate(body);
    expect(validate.errors ?? []).toEqual([]);
  };

  it('is the one that the host answers with', async () => {
    expect((await host.admin('/api/openapi.json')).body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it.each(cases.filter(([, { answer }]) => answer.schema !== undefined))('describes what %s answers', async (_name, route) => {
    if (route.operation === 'login') return;
    const answer = await send(route, tokens.admin);
    expect(answer.status).toBe(route.answer.status);
    expectDescribed(route, answer);
  });

  it("describes what an operator's change of a mode answers", async () => {
    const { phase } = (await host.admin('/api/phase')).body;
    const body = { phase: phase === 'planning' ? 'execution' : 'planning' };
    const answer = await host.as(tokens.operator)('/api/phase', { method: 'POST', body });
    expect(answer.status).toBe(202);
    expectDescribed(ROUTES.find(({ operation }) => operation === 'set_phase') as Route, answer);
  });
});

it('what no route knows is 404 below /api for callers, and 401 for strangers', async () => {
  for (const at of ['/api/nothing', '/api', '/api/channels/webchat/nothing', '/api/messages/x/y/z']) {
    expectProblem(await host.ask(at), 'UNAUTHORIZED');
    expectProblem(await host.admin(at), 'NOT_FOUND');
  }
  expectProblem(await host.admin('/api/status', { method: 'POST' }), 'NOT_FOUND');
  expectProblem(await host.ask('/nothing'), 'NOT_FOUND');
});

it('answers of the API are kept by no cache', async () => {
  expect((await host.admin('/api/status')).headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
});
