/** An agent of somebody's own asks connectors with the token of its call: in the name of that session, until it has answered. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminHost, type Answer, openAdminHost } from '../host/admin/harness.ts';
import { type AgentServer, startAgentServer } from '../support/agent-server.ts';
import { makeTelegramHome, type TelegramHome } from '../support/telegram-home.ts';

let agent: AgentServer;
let room: TelegramHome;
let admin: AdminHost;
beforeAll(async () => {
  agent = await startAgentServer();
  room = await makeTelegramHome({ connectors: { notes: { allowed_operations: ['read', 'write'] } } });
  admin = await openAdminHost({ room, env: { AGENT_BACKEND: 'http', AGENT_URL: agent.url } });
}, 180_000);
afterAll(async () => {
  await admin?.stop();
  await agent.close();
  await room.telegram.close();
  room.home.remove();
});

const execute = (token: string, body: object): Promise<Answer> =>
  admin.as(token)('/api/connectors/notes/execute', { method: 'POST', body: { params: {}, ...body } });
const READ = { operation: 'read', params: { id: '7' } };

it('reads at once, asks before it writes, may do nothing else, and is nobody once it has answered', async () => {
  const asked: Answer[] = [];
  let token = '';
  let session = '';
  agent.answer(async ({ json }) => {
    ({ token, id: session } = json.session);
    asked.push(await execute(token, READ));
    asked.push(await execute(token, { ...READ, session_id: session }));
    asked.push(await execute(token, { ...READ, session_id: 'another' }));
    asked.push(await execute(token, { operation: 'write', params: { text: 'x' } }));
    asked.push(await admin.as(token)('/api/messages'));
    asked.push(await admin.as(token)('/api/messages', { method: 'POST', body: {} }));
    asked.push(await admin.as(token)(`/api/evidence/${asked[0]?.body.evidence_id}`));
    asked.push(await admin.as(`${token}x`)('/api/connectors/notes/execute', { method: 'POST', body: READ }));
    return { status: 200, body: { text: 'done' } };
  });
  const { message_id, session_id } = await admin.converse('hello');
  expect(token).toMatch(/^aosr_[\w-]{43}$/);
  expect(session).toBe(session_id);
  expect(asked.map(({ status, body }) => [status, body.error?.code ?? body.code ?? body.status])).toEqual([
    [200, 'success'],
    [200, 'success'],
    [400, 'INVALID_PARAMS'],
    [202, 'APPROVAL_REQUIRED'],
    [401, 'UNAUTHORIZED'],
    [401, 'UNAUTHORIZED'],
    [401, 'UNAUTHORIZED'],
    [401, 'UNAUTHORIZED'],
  ]);
  const evidence = await admin.admin(`/api/evidence/${asked[0]?.body.evidence_id}`);
  expect(evidence.body).toMatchObject({ caller: { kind: 'agent', actor: 'agent:http' }, message_id, session_id, channel_id: 'webchat' });
  expect((await execute(token, READ)).status).toBe(401);
  expect(JSON.stringify(admin.log)).not.toContain(token);
});

it('gets another token with each call, and none outlives a call that failed', async () => {
  const tokens: string[] = [];
  agent.answer(({ json }) => {
    tokens.push(json.session.token);
    return tokens.length === 1 ? { status: 503 } : { status: 200, body: { text: 'now' } };
  });
  await admin.converse('again');
  expect(new Set(tokens).size).toBe(2);
  expect(await Promise.all(tokens.map(async (token) => (await execute(token, READ)).status))).toEqual([401, 401]);
});
