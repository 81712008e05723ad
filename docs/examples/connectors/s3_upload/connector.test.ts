import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import test from 'node:test';
import { createTestContext, type ScriptedAnswer } from 'communicationos/sdk/testing';
import { S3UploadConnector } from './connector.ts';

const SECRET = 'a secret of this test';
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const create = (...answers: (ScriptedAnswer | Error)[]) => {
  const { context, requests } = createTestContext({
    config: { bucket_url: 'https://tea.s3.eu-central-1.amazonaws.com', region: 'eu-central-1', access_key_id: 'KEYID' },
    secrets: { secret_access_key: SECRET },
    now: () => NOW,
    fetch: answers,
  });
  return { connector: new S3UploadConnector(context), requests };
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

test('a text is put under its key, signed with what the host keeps', async () => {
  const { connector, requests } = create({ headers: { etag: '"abc"' } });
  assert.deepEqual(await connector.execute('put_text', { key: 'a b/tee (grün).txt', text: 'grün' }), {
    key: 'a b/tee (grün).txt',
    etag: '"abc"',
  });
  const path = '/a%20b/tee%20%28gr%C3%BCn%29.txt';
  const host = 'tea.s3.eu-central-1.amazonaws.com';
  const hash = sha256('grün');
  const canonical = `PUT\n${path}\n\nhost:${host}\nx-amz-content-sha256:${hash}\nx-amz-date:20260102T030405Z\n\nhost;x-amz-content-sha256;x-amz-date\n${hash}`;
  const toSign = `AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/eu-central-1/s3/aws4_request\n${sha256(canonical)}`;
  const key = ['eu-central-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${SECRET}`, '20260102'));
  const signature = hmac(key, toSign).toString('hex');
  assert.equal(requests[0]?.url, `https://${host}${path}`);
  assert.deepEqual(requests[0]?.request.headers, {
    'x-amz-content-sha256': hash,
    'x-amz-date': '20260102T030405Z',
    authorization: `AWS4-HMAC-SHA256 Credential=KEYID/20260102/eu-central-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=${signature}`,
  });
});

test('an empty text is a text, and a key that leads elsewhere is none', async () => {
  const { connector } = create({});
  assert.deepEqual(await connector.execute('put_text', { key: 'empty', text: '' }), { key: 'empty', etag: null });
  for (const key of ['../other', 'a/./b', '/a']) {
    await assert.rejects(connector.execute('put_text', { key, text: 'x' }), { code: 'INVALID_PARAMS' });
  }
});

test('what S3 refuses is an error with its words', async () => {
  const { connector } = create({ status: 403, body: '<Code>AccessDenied</Code>' });
  await assert.rejects(connector.execute('put_text', { key: 'a', text: 'x' }), { message: 'S3 answered 403: <Code>AccessDenied</Code>' });
});

test('it is well when it may see its bucket', async () => {
  const { connector } = create({}, { status: 403 }, new Error('RESET'));
  assert.deepEqual([await connector.healthCheck(), await connector.healthCheck(), await connector.healthCheck()], [true, false, false]);
});
