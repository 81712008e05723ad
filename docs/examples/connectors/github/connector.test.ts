import assert from 'node:assert/strict';
import test from 'node:test';
import { createTestContext } from 'communicationos/sdk/testing';
import { GitHubConnector } from './connector.ts';

test('a repository is asked for by its owner and name, each as one part of the path', async () => {
  const { context, requests } = createTestContext({ fetch: [{ body: { full_name: 'tea/pot' } }, { body: {} }] });
  const connector = new GitHubConnector(context);
  assert.deepEqual(await connector.execute('get_repo', { owner: 'tea', repo: 'pot' }), { full_name: 'tea/pot' });
  await connector.execute('get_repo', { owner: '../user', repo: 'a?b' });
  assert.deepEqual(
    requests.map(({ url }) => url),
    ['https://api.github.com/repos/tea/pot', 'https://api.github.com/repos/..%2Fuser/a%3Fb'],
  );
});

test('what GitHub refuses is an error with its words', async () => {
  const { context } = createTestContext({ fetch: [{ status: 404, body: { message: 'Not Found' } }] });
  const asked = new GitHubConnector(context).execute('get_repo', { owner: 'tea', repo: 'none' });
  await assert.rejects(asked, { code: 'CONNECTOR_ERROR', message: 'GitHub answered 404: {"message":"Not Found"}' });
});
