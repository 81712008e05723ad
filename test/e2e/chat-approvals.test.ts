/** Codes that an agent gave, decided in the chat, and `/comm` beside them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorContext } from '../../host/connectors/code-context.ts';
import { type AgentHost, openAgentHost } from '../support/agent-host.ts';
import { FakeWeb, PAGE, RESULT, registerWeb } from '../support/fake-web.ts';
import { BOT } from '../support/telegram-chats.ts';

let bot: AgentHost;
const web = new FakeWeb(connectorContext());
beforeAll(async () => {
  bot = await openAgentHost({
    connectors: { notebook: { allowed_operations: ['write'] } },
    channels: { telegram: { approvers: ['900', '901'] } },
  });
  registerWeb(bot.admin.host.communication, web);
}, 180_000);
afterAll(() => bot?.stop());
beforeEach(() => {
  bot.provider.calls.length = 0;
  bot.notebook.done.length = 0;
});

const codeIn = (text: string | undefined): string => /approval: (\S+)/.exec(text ?? '')?.[1] ?? '';
const orders = (text: string) => bot.provider.script({ call: [{ name: 'notebook__write', arguments: JSON.stringify({ text }) }] });

describe('/approve', () => {
  it('by another approver lets the write of a group happen once, and its result starts a new run there', async () => {
    orders('tea');
    await bot.sayInGroup(-1, 900, `@${BOT} note tea`);
    const [first] = await bot.said(-1, 1);
    const code = codeIn(first);
    await bot.sayInGroup(-1, 900, `/approve@${BOT} ${code}`);
    expect((await bot.said(-1, 2))[1]).toBe('You asked for this yourself: another approver has to decide.');
    await bot.sayInGroup(-1, 5, `/approve@${BOT} ${code}`);
    expect((await bot.said(-1, 3))[2]).toBe('Only the approvers of this channel can do that.');
    expect(bot.notebook.done).toEqual([]);

    bot.provider.script({ say: 'Tea is noted.' });
    await bot.sayInGroup(-1, 901, `/approve@${BOT} ${code.toLowerCase()}`);
    const said = await bot.said(-1, 5);
    expect(said[3]).toMatch(/^Approved: notebook\.write was carried out\./);
    expect(said[4]).toBe('Tea is noted.');
    expect(bot.notebook.done).toEqual(['write: tea']);
    expect(bot.provider.calls.at(-1)?.json.messages.at(-1)?.content).toMatch(/^The request notebook\.write, approved with /);
    const decided = await bot.admin.audit(code);
    expect(decided.at(-1)?.actor).toMatch(/^person:\S+$/);
    await bot.sayInGroup(-1, 901, `/approve@${BOT} ${code}`);
    expect((await bot.said(-1, 6))[5]).toBe(`The request ${code} was approved and carried out already.`);
    expect(bot.notebook.done).toEqual(['write: tea']);
  });

  it('inside a sentence is no command: the model reads it', async () => {
    orders('milk');
    await bot.say(900, 'note milk');
    const code = codeIn((await bot.said(900, 1))[0]);
    await bot.say(900, `please /approve ${code}`);
    expect((await bot.said(900, 2))[1]).toBe(`re: please /approve ${code}`);
    expect(bot.notebook.done).toEqual([]);
    await bot.say(900, `/deny ${code}`);
    expect((await bot.said(900, 3))[2]).toBe('Denied: notebook.write will not be carried out.');
    expect(bot.notebook.done).toEqual([]);
  });
});

describe('/comm', () => {
  it('answers with source, trust tier and evidence, which the API shows', async () => {
    web.found = [RESULT(1)];
    await bot.say(10, '/comm search the weather');
    const [text] = await bot.said(10, 1);
    const [, id] = /Source: connector:web_search \(search_result\), untrusted\. Evidence: (\S+)$/.exec(text ?? '') ?? [];
    const { body } = await bot.admin.admin(`/api/evidence/${id}`);
    expect(body).toMatchObject({ caller: { kind: 'command', actor: 'command:comm' }, params: { query: 'the weather', limit: 5 } });
    expect(body).toMatchObject({ state: 'success', channel_id: 'telegram', user_key: '10' });
    expect(bot.provider.calls).toEqual([]);
  });

  it('of one conversation does not hold up another', async () => {
    let open = (): void => undefined;
    const closed = new Promise<void>((resolve) => (open = resolve));
    web.pages.set(
      'https://slow.example/',
      closed.then(() => PAGE('https://slow.example/', { text: 'At last.' })),
    );
    await bot.say(11, '/comm fetch https://slow.example/');
    await bot.say(12, 'are you there?');
    expect(await bot.said(12, 1)).toEqual(['re: are you there?']);
    open();
    expect((await bot.said(11, 1))[0]).toContain('At last.');
  });

  it('inside a sentence is no command', async () => {
    web.calls.length = 0;
    await bot.say(13, 'what does /comm search x do?');
    expect(await bot.said(13, 1)).toEqual(['re: what does /comm search x do?']);
    expect(web.calls).toEqual([]);
  });

  it('follows the phase, and is listed by /help', async () => {
    const phase = (to: string) => bot.admin.admin('/api/phase', { method: 'POST', body: { phase: to, reason: 'a test' } });
    web.calls.length = 0;
    await phase('planning');
    await bot.say(14, '/comm search x');
    await bot.say(14, '/help');
    const help = (await bot.said(14, 1)).at(-1);
    await phase('execution');
    expect(help).toContain('/comm: search QUERY, fetch URL, rss URL, brief TOPIC');
    expect(web.calls).toEqual([]);
    const { body } = await bot.admin.admin('/api/messages?direction=inbound&limit=500');
    const refused = body.items.find(
      (row: { text: string; conversation_key: string }) => row.conversation_key === '14' && row.text === '/comm search x',
    );
    expect(refused).toMatchObject({ state: 'rejected', reason: 'COMM_FORBIDDEN_IN_PHASE' });
  });
});
