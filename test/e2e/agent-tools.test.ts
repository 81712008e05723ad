/** The agent `openai` with connectors as its tools: what it is offered, what its calls may do, and what an approval brings. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AgentHost, openAgentHost } from '../support/agent-host.ts';

let bot: AgentHost;
beforeAll(async () => {
  bot = await openAgentHost({ connectors: { notebook: { allowed_operations: ['list', 'write', 'execute'] } } });
}, 180_000);
afterAll(() => bot?.stop());
beforeEach(() => {
  bot.provider.calls.length = 0;
  bot.notebook.done.length = 0;
});

/** Actors and acts of the requests that the only message of a chat led to. */
const requestsOf = async (chat: number): Promise<string[]> => {
  const { body } = await bot.admin.admin('/api/messages?direction=inbound&channel_id=telegram&limit=500');
  const message = body.items.find((row: { conversation_key: string }) => row.conversation_key === String(chat));
  const trail = await bot.admin.admin('/api/audit?action=connector.requested&limit=500');
  for (const { subject } of trail.body.items) {
    const evidence = await bot.admin.admin(`/api/evidence/${subject}`);
    if (evidence.body.message_id === message.id) return (await bot.admin.audit(subject)).map(({ actor, action }) => `${actor} ${action}`);
  }
  return [];
};
const codeIn = (text: string | undefined): string => /approval: (\S+)/.exec(text ?? '')?.[1] ?? '';

describe('the tools', () => {
  it('are what the policy permits, with the words and parameters of the manifest', async () => {
    await bot.say(1, 'hello');
    await bot.said(1, 1);
    const tools = bot.provider.calls[0]?.json.tools as unknown as { function: { name: string; description: string; parameters: object } }[];
    expect(tools.map((tool) => tool.function.name)).toEqual(['notebook__list', 'notebook__write', 'notes__read', 'pages__fetch']);
    expect(tools[1]?.function).toMatchObject({
      description: 'Writes a note. A person has to approve each call.',
      parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    });
    expect(bot.provider.calls[0]?.json.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('UNTRUSTED') });
  });

  it('bring what they read fenced, with its source, and leave evidence under the message that led to them', async () => {
    bot.pages.pages.set('https://news.example/a', 'All is well.');
    bot.provider.script(
      { call: [{ name: 'pages__fetch', arguments: '{"url":"https://news.example/a"}' }] },
      { say: 'All is well, they say.' },
    );
    await bot.say(2, 'what is new?');
    expect(await bot.said(2, 1)).toEqual(['All is well, they say.']);
    const told = bot.provider.calls[1]?.json.messages.at(-1)?.content ?? '';
    expect(told).toMatch(
      /^<(UNTRUSTED-[0-9a-f]{16}) source="https:\/\/news\.example\/a \(external_source\)">\n[^\n]*All is well\.[^\n]*\n<\/\1>$/,
    );
    expect(await requestsOf(2)).toEqual(['agent:openai connector.requested', 'agent:openai connector.finished']);
  });

  it('that are refused tell the model why, in its code, sentence and hint', async () => {
    bot.provider.script({ call: [{ name: 'pages__fetch', arguments: '{"url":"http://127.0.0.1/"}' }] }, { say: 'I may not.' });
    await bot.say(3, 'look inside');
    await bot.said(3, 1);
    expect(bot.provider.calls[1]?.json.messages.at(-1)?.content).toMatch(/SSRF_BLOCKED: .+ \(.*egress\.allow_private.*\)/);
    await bot.admin.admin('/api/phase', { method: 'POST', body: { phase: 'planning', reason: 'a test' } });
    bot.provider.script({ call: [{ name: 'pages__fetch', arguments: '{"url":"https://news.example/a"}' }] }, { say: 'Later.' });
    await bot.say(3, 'and now?');
    await bot.said(3, 2);
    await bot.admin.admin('/api/phase', { method: 'POST', body: { phase: 'execution', reason: 'a test' } });
    expect(bot.provider.calls.at(-1)?.json.messages.at(-1)?.content).toMatch(/^OUTBOUND_FORBIDDEN_IN_PLANNING: .+ \(.+\)$/);
  });
});

it('a write ends the run with its code; approved, it is carried out once, and what it brought starts a new run', async () => {
  bot.provider.script({ call: [{ name: 'notebook__write', arguments: '{"text":"milk"}' }], say: 'I will note it.' });
  await bot.say(4, 'note: milk');
  const [first] = await bot.said(4, 1);
  expect(first).toMatch(/^I will note it\.\n\nThis needs a person's approval: \S+$/);
  expect([bot.notebook.done, bot.provider.calls.length]).toEqual([[], 1]);

  bot.provider.script({ say: 'It is noted.' });
  const code = codeIn(first);
  const approve = () => bot.admin.admin(`/api/approvals/${code}/approve`, { method: 'POST', body: {} });
  expect((await approve()).body).toMatchObject({ state: 'used' });
  expect(await bot.said(4, 2)).toEqual([first, 'It is noted.']);
  expect(bot.notebook.done).toEqual(['write: milk']);
  const asked = bot.provider.calls[1]?.json.messages.slice(1).map(({ role, content }) => `${role}: ${content}`) ?? [];
  expect(asked.slice(0, 2)).toEqual(['user: note: milk', `assistant: ${first}`]);
  expect(asked[2]).toMatch(new RegExp(`^user: The request notebook\\.write, approved with ${code}, ended: success\\.`));
  expect(asked[2]).toContain('{"noted":"milk"}');
  expect((await approve()).status).toBe(409);
  expect(bot.notebook.done).toEqual(['write: milk']);
});

it('what is denied is never carried out', async () => {
  bot.provider.script({ call: [{ name: 'notebook__write', arguments: '{"text":"no"}' }] });
  await bot.say(5, 'note: no');
  const [first] = await bot.said(5, 1);
  await bot.admin.admin(`/api/approvals/${codeIn(first)}/deny`, { method: 'POST', body: {} });
  expect((await bot.admin.admin(`/api/approvals/${codeIn(first)}/approve`, { method: 'POST', body: {} })).status).toBe(409);
  expect(bot.notebook.done).toEqual([]);
});
