import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { GcsConnector } from './connector.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const TOKEN = { body: { access_token: 'token-1', expires_in: 3600 } };
const create = (...answers: ScriptedAnswer[]) => {
  const made = createTestContext({
    config: { bucket: 'tea', client_email: 'bot@tea.example' },
    secrets: { private_key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) },
    now: () => NOW,
    timers: true,
    fetch: answers,
  });
  return { ...made, connector: new GcsConnector(made.context) };
};

test('a token is asked for with a statement that the account signed', async () => {
  const { connector, requests } = create(TOKEN, { body: 'green' });
  assert.deepEqual(await connector.execute('get_text', { name: 'a/b.txt' }), { name: 'a/b.txt', text: 'green' });
  const [head, claims, signature] = String(requests[0]?.request.form?.assertion).split('.') as [string, string, string];
  assert.ok(verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')));
  assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64url').toString()), {
    iss: 'bot@tea.example',
    scope: 'https://www.googleapis.com/auth/devstorage.read_write',
    aud: 'https://oauth2.googleapis.com/token',
    iat: NOW / 1000,
    exp: NOW / 1000 + 3600,
  });
  assert.equal(requests[1]?.url, 'https://storage.googleapis.com/storage/v1/b/tea/o/a%2Fb.txt?alt=media');
  assert.equal(requests[1]?.request.headers?.authorization, 'Bearer token-1');
});

test('a token is used until a minute before its end', async () => {
  const { connector, requests, clock } = create(TOKEN, {}, {}, TOKEN, {});
  const put = () => connector.execute('put_text', { name: 'a', text: 'x' });
  await put();
  await clock.advance(3_539_999);
  await put();
  await clock.advance(1);
  await put();
  assert.deepEqual(
    requests.map(({ url }) => new URL(url).host.split('.')[0]),
    ['oauth2', 'storage', 'storage', 'oauth2', 'storage'],
  );
});

test('an account that is refused is not well, and says so', async () => {
  const { connector } = create({ status: 400, body: { error: 'invalid_grant' } }, { status: 400, body: { error: 'invalid_grant' } });
  assert.equal(await connector.healthCheck(), false);
  const message = 'Google\'s token service answered 400: {"error":"invalid_grant"}';
  await assert.rejects(connector.execute('get_text', { name: 'a' }), { message });
});
