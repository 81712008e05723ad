/** `http` as it runs, against real services on loopback. */
import { describe, expect, it } from 'vitest';
import { startHttp } from '../../../host/egress/servers.ts';
import { useSandbox } from '../../../host/sandbox/fixture.ts';
import { runConnector } from '../confined-connector.ts';

const { sandbox } = useSandbox();
const SECRET = 'Bearer of-the-test-0123456789';

const LIST = [
  { id: 'get_item', path: '/items/{item_id}', query: ['lang', 'tag'], headers: ['x-trace'], description: 'One item' },
  { id: 'find', path: '/items', query: ['q!'] },
  { id: 'create_item', method: 'post', path: '/items', body: 'required' },
  { id: 'remove', method: 'DELETE', path: '/items/{item_id}' },
  { id: 'ask', path: '/graphql', graphql: 'query ($q: String!) { items(q: $q) { id } } # no mutation', effect: 'read' },
  { id: 'change', path: '/graphql', graphql: 'mutation { drop }' },
];

const serve = async (config: Record<string, string> = { operations: JSON.stringify(LIST) }) => {
  const server = await startHttp((request, response) => {
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/v1/graphql') json(200, { errors: [{ message: 'no such field' }], data: null });
    else if (request.url?.startsWith('/v1/items/gone')) json(410, { error: 'gone for good' });
    else if (request.url?.startsWith('/v1/items/text')) response.writeHead(200, { 'content-type': 'text/plain' }).end('just words');
    else if (request.method === 'DELETE') response.writeHead(204).end();
    else json(request.method === 'POST' ? 201 : 200, { id: '7' });
  });
  const connector = await runConnector(sandbox(), 'http', {
    config: { base_url: `${server.origin}/v1/`, ...config },
    secrets: { authorization: SECRET },
    policy: { allow_private: [server.authority] },
  });
  return { server, connector };
};

describe('a configured operation', () => {
  it('is carried out as it was written, with the secret that only the host knows', async () => {
    const { server, connector } = await serve();
    const read = { operation_id: 'get_item', params: { item_id: 'a/b ü?', lang: 'en', tag: ['x', 'y&z'], 'x-trace': '1' } };
    expect(await connector.result('read', read)).toEqual({
      operation_id: 'get_item',
      status: 200,
      content_type: 'application/json',
      data: { id: '7' },
      source: server.authority,
      trust_tier: 'external_source',
      untrusted: true,
    });
    expect(await connector.result('write', { operation_id: 'create_item', params: { body: { title: 'Tea' } } })).toMatchObject({
      status: 201,
    });
    expect(await connector.result('write', { operation_id: 'remove', params: { item_id: 1 } })).toMatchObject({ status: 204, data: null });
    expect(await connector.result('read', { operation_id: 'get_item', params: { item_id: 'text' } })).toMatchObject({ data: 'just words' });
    expect(server.requests.slice(0, 3)).toMatchObject([
      { method: 'GET', url: '/v1/items/a%2Fb%20%C3%BC%3F?lang=en&tag=x&tag=y%26z', headers: { authorization: SECRET, 'x-trace': '1' } },
      { method: 'POST', url: '/v1/items', body: '{"title":"Tea"}', headers: { authorization: SECRET } },
      { method: 'DELETE', url: '/v1/items/1' },
    ]);
    expect(JSON.stringify(connector.placeholders)).not.toContain(SECRET);
  });

  it('that writes never passes as a read, nor the other way round', async () => {
    const { server, connector } = await serve();
    for (const operation_id of ['create_item', 'remove', 'change']) {
      expect(await connector.execute('read', { operation_id, params: { item_id: '1', body: {} } })).toMatchObject({
        ok: false,
        code: 'INVALID_PARAMS',
        message: `'${operation_id}' is a write; call it by 'write'`,
      });
    }
    expect(await connector.execute('write', { operation_id: 'find', params: { q: 'x' } })).toMatchObject({
      ok: false,
      code: 'INVALID_PARAMS',
    });
    expect(server.requests).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['unknown', { operation_id: 'nothing' }, "There is no operation 'nothing'"],
    ['of every object', { operation_id: 'constructor' }, "There is no operation 'constructor'"],
    ['without what it needs', { operation_id: 'find', params: {} }, "'q' parameter is required"],
    ['without its step', { operation_id: 'get_item' }, "'item_id' parameter is required"],
    ['with a step that leads up', { operation_id: 'get_item', params: { item_id: '..' } }, "'item_id' is no name"],
    ['with more than it takes', { operation_id: 'find', params: { q: 'x', evil: 1 } }, "'evil' is no parameter of find"],
    [
      'with a header that was not named',
      { operation_id: 'find', params: { q: 'x', authorization: 'a' } },
      "'authorization' is no parameter",
    ],
    ['with an object in its query', { operation_id: 'find', params: { q: { a: 1 } } }, "'q' is no text"],
    ['with parameters that are none', { operation_id: 'find', params: [] }, "'params' is no object"],
  ])('%s is refused', async (_, params, message) => {
    const { server, connector } = await serve();
    expect(await connector.execute('read', params)).toMatchObject({
      ok: false,
      code: 'INVALID_PARAMS',
      message: expect.stringContaining(message),
    });
    expect(server.requests).toEqual([]);
  });

  it('that the service refuses stays an error, in GraphQL too', async () => {
    const { server, connector } = await serve();
    expect(await connector.execute('read', { operation_id: 'get_item', params: { item_id: 'gone' } })).toMatchObject({
      ok: false,
      code: 'CONNECTOR_ERROR',
      message: expect.stringContaining('410: {"error":"gone for good"}'),
    });
    expect(await connector.execute('read', { operation_id: 'ask', params: { q: 'tea' } })).toMatchObject({
      ok: false,
      message: 'The service answered with an error: no such field',
    });
    expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({ query: LIST[4]?.graphql, variables: { q: 'tea' } });
  });

  it('is listed with its effect and parameters', async () => {
    const { connector } = await serve();
    const { operations } = await connector.result<{ operations: { id: string; effect: string }[] }>('list_operations', {});
    expect(operations.map(({ id, effect }) => [id, effect])).toEqual([
      ['get_item', 'read'],
      ['find', 'read'],
      ['create_item', 'write'],
      ['remove', 'write'],
      ['ask', 'read'],
      ['change', 'write'],
    ]);
    expect(operations[1]).toMatchObject({ parameters: [{ name: 'q', in: 'query', required: true }], body: 'none' });
  });
});

describe('an OpenAPI document', () => {
  const DOCUMENT = {
    openapi: '3.1.0',
    info: { title: 'Items', version: '1' },
    paths: {
      '/items/{id}': {
        parameters: [{ $ref: '#/components/parameters/Id' }],
        get: {
          operationId: 'getItem',
          summary: 'One item',
          parameters: [
            { name: 'lang', in: 'query' },
            { name: 's', in: 'cookie' },
          ],
        },
        put: { operationId: 'putItem', requestBody: { required: true, content: { 'application/json': {} } } },
      },
      '/items': { post: { requestBody: { content: { 'application/json; charset=utf-8': {} } } } },
    },
    components: { parameters: { Id: { name: 'id', in: 'path', required: true, description: 'Its id' } } },
  };

  it('becomes operations', async () => {
    const { server, connector } = await serve({ openapi: JSON.stringify(DOCUMENT) });
    const { operations } = await connector.result<{ operations: object[] }>('list_operations', {});
    expect(operations).toMatchObject([
      {
        id: 'getItem',
        effect: 'read',
        description: 'One item',
        parameters: [
          { name: 'id', in: 'path', required: true, description: 'Its id' },
          { name: 'lang', in: 'query', required: false },
        ],
      },
      { id: 'putItem', effect: 'write', body: 'required' },
      { id: 'post_items', effect: 'write', body: 'optional' },
    ]);
    await connector.result('read', { operation_id: 'getItem', params: { id: '7', lang: 'en' } });
    expect(server.requests[0]).toMatchObject({ url: '/v1/items/7?lang=en' });
  });
});

describe('a configuration that cannot be used', () => {
  const list = (...operations: object[]) => ({ operations: JSON.stringify(operations) });
  it.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'Neither "operations" nor "openapi"'],
    ['no JSON', { operations: '[' }, 'no JSON list'],
    ['an operation without a name', list({ path: '/a' }), 'operations[0]: "id"'],
    ['a word that is none', list({ id: 'a', path: '/a', efect: 'read' }), '"efect" is none of'],
    ['a method that is none', list({ id: 'a', path: '/a', method: 'TRACE' }), '"method" is none of'],
    ['a path that leads out', list({ id: 'a', path: '/../admin' }), '"path" is no path'],
    ['a deletion that is called a read', list({ id: 'a', path: '/a', method: 'DELETE', effect: 'read' }), 'cannot be declared as "read"'],
    [
      'a mutation that is called a read',
      list({ id: 'a', path: '/a', graphql: 'query A { a } mutation B { b }', effect: 'read' }),
      'cannot be declared as "read"',
    ],
    ['one name twice', list({ id: 'a', path: '/a' }, { id: 'a', path: '/b' }), 'configured twice'],
    ['another kind of document', { openapi: '{"swagger": "2.0"}' }, 'no OpenAPI 3 document'],
    [
      'a reference to elsewhere',
      { openapi: JSON.stringify({ openapi: '3.0.0', paths: { '/a': { $ref: 'https://evil.example' } } }) },
      'leads nowhere',
    ],
  ])('%s is said to be so, and shown', async (_, config, message) => {
    const connector = await runConnector(sandbox(), 'http', { config: { base_url: 'https://a.example', ...config } });
    expect(await connector.adapter.call('validateConfig', [])).toEqual({ ok: true, value: false });
    expect(await connector.execute('list_operations', {})).toMatchObject({
      ok: false,
      code: 'CONNECTOR_ERROR',
      message: expect.stringContaining(message),
    });
  });
});
