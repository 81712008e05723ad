/** The policy in the console: edited, tried on what was decided, put in force, explained. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';

let browser: Browser;
let host: AdminHost;
let base: Record<string, unknown>;
let message_id: string;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  await host.channelIn('webchat', 'running');
  base = await inForce();
  ({ message_id } = await host.converse('decided once'));
});
beforeEach(async () => {
  await host.admin('/api/policy', { method: 'PUT', body: base });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

const inForce = async () => (await host.admin('/api/policy')).body;
const editor = (page: Page) => page.getByLabel('security_policy.json');
const write = (page: Page, document: unknown) => editor(page).fill(JSON.stringify(document, null, 2));
const putInForce = async (page: Page) => {
  await page.getByRole('button', { name: 'Put it in force…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put it in force' }).click();
};
const strangersAre = (unknown_senders: string) => ({ ...base, channels: { webchat: { unknown_senders } } });

describe('the document', () => {
  it('has its typos pointed at while it is written, and goes nowhere with one', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy' });
    await editor(page).fill('{\n  "rate_limits": {\n    "max_requests_per_user": 5,\n  }\n}');
    await page.getByRole('status').getByText('Line 3, column 31: A comma stands before "}".').waitFor();
    await editor(page).fill('{"inbox": {},\n "inbox": {}}');
    await page.getByRole('status').getByText('Line 2: "inbox" stands twice: here and in line 1.').waitFor();
    for (const name of ['What would change', 'Put it in force…']) expect(await page.getByRole('button', { name }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Undo all edits' }).click();
    expect(JSON.parse(await editor(page).inputValue())).toEqual(base);
    expect(await page.getByText('stands twice').count()).toBe(0);
  });

  it('tells which decisions another one would change', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy' });
    await write(page, strangersAre('deny'));
    await page.getByRole('button', { name: 'What would change' }).click();
    await page.getByText(/Of the last \d+ decisions? about messages, \d+ would change\./).waitFor();
    const row = page.getByRole('row').filter({ has: page.locator(`a[href="#/messages/${message_id}"]`) });
    expect(await row.innerText()).toMatch(/webchat\s+ALLOWED → UNKNOWN_SENDER\s+unknown_senders/);
    // Of another text it says nothing.
    await write(page, strangersAre('pair'));
    await row.waitFor({ state: 'detached' });
    expect(await inForce()).toEqual(base);
  });

  it('comes into force, in the file too', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy' });
    await write(page, strangersAre('deny'));
    await putInForce(page);
    await page.locator('.notice', { hasText: 'The document is in force.' }).waitFor();
    expect(await inForce()).toEqual(strangersAre('deny'));
    const file = readFileSync(path.join(host.room.home.dir, 'config/security_policy.json'), 'utf8');
    expect(JSON.parse(file)).toEqual(strangersAre('deny'));
  });

  it('that is not valid is refused in the words of the API, a line each, and changes nothing', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy' });
    const wrong = { ...base, chanels: {}, inbox: { max_age_hours: 'long' } };
    await write(page, wrong);
    await putInForce(page);
    const { body } = await host.admin('/api/policy', { method: 'PUT', body: wrong });
    const lines = body.detail.split('\n');
    expect(lines).toHaveLength(2);
    const refusal = page.getByRole('dialog').getByRole('alert').locator('strong');
    await refusal.waitFor();
    expect((await refusal.innerText()).split('\n')).toEqual(lines);
    expect(await inForce()).toEqual(base);
  });

  it('stays as it is where the file cannot be written, and the page says what to do', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy' });
    const problem = { code: 'READ_ONLY', detail: 'It cannot be written here.', hint: 'Change it where it comes from.' };
    await page.route('**/api/policy', (route) =>
      route.request().method() === 'PUT' ? route.fulfill({ status: 409, json: problem }) : route.continue(),
    );
    await write(page, strangersAre('deny'));
    await putInForce(page);
    for (const words of [problem.detail, problem.hint]) await page.getByRole('dialog').getByRole('alert').getByText(words).waitFor();
  });

  it('of somebody else, which came into force meanwhile, is not overwritten without a word', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy' });
    await write(page, strangersAre('deny'));
    await host.admin('/api/policy', { method: 'PUT', body: { ...base, inbox: { max_age_hours: 1 } } });
    await page.getByRole('button', { name: 'Put it in force…' }).click();
    await page.getByRole('dialog').getByText('Another document came into force since you began to edit.').waitFor();
  });

  it('is not the file while the file cannot be used, which is said on top', async () => {
    host.room.home.write('config/security_policy.json', '{"inbox": {"max_age_hours": 1,}}');
    await expect.poll(async () => (await host.admin('/api/status')).body.policy_problem, { timeout: 30_000 }).not.toBeNull();
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'policy' });
    await page.getByText('The policy file is not the policy in force.').waitFor();
    await page.getByText('config/security_policy.json:1:').waitFor();
  });

  it.each(['viewer', 'operator'] as const)('is read and not edited by a %s', async (role) => {
    const { page } = await openConsole(browser, host, { role, at: 'policy' });
    expect(JSON.parse(await page.getByRole('region', { name: 'The policy in force' }).innerText())).toEqual(base);
    await page.getByText('To change the policy, log in with a token of the role admin.').waitFor();
    expect(await page.locator('#view').locator('button, textarea').count()).toBe(0);
  });
});

describe('what would happen', () => {
  const ask = async (page: Page, text: string) => {
    await page.getByRole('combobox', { name: 'Channel' }).fill('webchat');
    await page.getByLabel('User').fill('a stranger');
    await page.getByLabel('Text').fill(text);
    await page.getByRole('button', { name: 'Explain' }).click();
  };
  const steps = (page: Page) => page.getByRole('table', { name: 'Steps, in order' });

  it('is explained step by step, with the rule, also to a viewer', async () => {
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'policy' });
    await page.getByRole('link', { name: 'What would happen if…' }).click();
    await ask(page, 'hello');
    await steps(page).waitFor();
    expect(await page.locator('.facts').innerText()).toMatch(/Outcome\s+dispatched\s+By the rule\s+default/);
    const names = await steps(page).getByRole('row').locator('td:first-child').allInnerTexts();
    expect(names).toEqual(['dedupe', 'authorize', 'rate-limit', 'session', 'dispatch', 'delivery']);
    await page.getByLabel('Network mode').selectOption('off');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('Nothing happens before the network mode allows it again.').waitFor();
  });

  it('is explained by the edited document, which is not in force', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy' });
    await write(page, strangersAre('deny'));
    await page.getByRole('link', { name: 'What would happen if…' }).click();
    await page.getByLabel(/By the edited document/).check();
    await ask(page, 'hello');
    await steps(page).waitFor();
    expect(await page.locator('.facts').innerText()).toMatch(
      /Outcome\s+rejected\s+By the rule\s+unknown_senders\s+Reason\s+UNKNOWN_SENDER/,
    );
    expect(await inForce()).toEqual(base);
    await page.getByRole('link', { name: 'The document' }).click();
    expect(JSON.parse(await editor(page).inputValue())).toEqual(strangersAre('deny'));
  });

  it('in a channel that is not there is refused in words', async () => {
    const { page } = await openConsole(browser, host, { at: 'policy/explain?channel_id=nowhere&user_key=7' });
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('alert').getByText('nowhere').waitFor();
  });
});
