/** Channels and connectors in the console: what waits, who may decide, what is sent and what is only shown. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { writeFolderConnector } from '../support/folder-connector.ts';
import { API_KEY, adapterSource, HOOK_SECRET, writeFolderPlugin } from '../support/folder-plugin.ts';
import { TOKEN } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';
import { launchBrowser } from './browser.ts';
import { type ConsoleOptions, openConsole } from './console.ts';

const SERVICE = 'https://chat.example.com';
const TUNED = {
  configuration_schema: {
    base: { type: 'string', title: 'Base address', description: 'Where it looks.', format: 'uri' },
    mode: { type: 'string', enum: ['quick', 'slow'], default: 'quick' },
    deep: { type: 'boolean' },
  },
  operations: {
    echo: {
      effect: 'write',
      risk: 'high',
      params: { type: 'object', description: 'Says it.', properties: { text: { type: 'string' } }, required: ['text'] },
    },
    get: { effect: 'read', params: { type: 'object', properties: { url: { type: 'string', format: 'uri' } }, required: ['url'] } },
  },
};

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  await host.channelIn('webchat', 'running');
  writeFolderConnector(host.room.home, 'tuned', { manifest: TUNED });
  await reload('connectors/tuned');
  await Promise.all(['wiki', 'tuned'].map(approve));
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

const reload = (at: string) => host.admin(`/api/${at}/reload`, { method: 'POST' });
const shown = async (at: string) => (await host.admin(`/api/${at}`)).body;
/** A connector, by the API. */
const approve = async (id: string): Promise<void> => {
  const { digest } = await shown(`connectors/${id}`);
  expect((await host.admin(`/api/connectors/${id}/approve`, { method: 'POST', body: { digest } })).status).toBe(200);
  await until(
    () => shown(`connectors/${id}`),
    ({ state }) => state === 'running',
    `${id} runs`,
  );
};
const writeParrot = async (version: string): Promise<void> => {
  writeFolderPlugin(host.room.home, 'parrot', SERVICE);
  host.room.home.write('store/channels/parrot/adapter.ts', adapterSource(SERVICE, { top: `export const V = '${version}';` }));
  expect((await reload('channels/parrot')).status).toBe(200);
};
const open = (options: ConsoleOptions) => openConsole(browser, host, options);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const section = (page: Page, name: string) => page.locator('section.section').filter({ has: heading(page, name) });
const notice = (page: Page, text: string | RegExp) => page.locator('.notice').filter({ hasText: text }).waitFor();
/** A browser writes down each refusal itself. */
const besideRefusals = (complaints: readonly string[]) =>
  complaints.filter((complaint) => !/the server responded with a status of 4/.test(complaint));

describe('the list', () => {
  it('names each, with its state, and follows what changes', async () => {
    const { page, complaints } = await open({ role: 'viewer', at: 'channels' });
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    await row('Web chat').getByText('running').waitFor();
    expect(await row('Web chat').innerText()).toMatch(/webchat[\s\S]*1\.0\.0[\s\S]*built in: webchat/);
    await writeParrot('one');
    await row('Chat parrot').getByText('needs approval').waitFor();
    expect(await row('Chat parrot').innerText()).toMatch(/have not been approved[\s\S]*folder/);
    await row('Chat parrot').getByRole('link').click();
    await heading(page, 'Chat parrot').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('an operator', () => {
  it('switches a channel off, which says what stops, and on again, and tests it', async () => {
    const { page } = await open({ role: 'operator', at: 'channels/webchat' });
    await button(page, 'Disable').click();
    const dialog = page.getByRole('dialog', { name: 'Disable Web chat' });
    await dialog.getByText('messages to people wait until it is enabled again').waitFor();
    await button(page, 'Cancel').click();
    expect((await shown('channels/webchat')).state).toBe('running');
    await button(page, 'Disable').click();
    await button(page, 'Disable it').click();
    await notice(page, 'Web chat: disabled. It is switched off.');
    await page.locator('.state-note').getByText('disabled').waitFor();
    await button(page, 'Enable').click();
    await page.locator('.state-note').getByText('running').waitFor();
    await button(page, 'Test').click();
    await notice(page, /^Web chat (runs|is well)/);
    await button(page, 'Reload').click();
    await notice(page, /^Web chat: (running|starting)\./);
    await host.channelIn('webchat', 'running');
  });

  it('approves nothing and sets no secret, and is told what that takes', async () => {
    await writeParrot('one');
    const { page } = await open({ role: 'operator', at: 'channels/parrot' });
    await page.getByText('To approve it, log in with a token of the role admin.').waitFor();
    expect(await button(page, 'Approve…').count()).toBe(0);
    await page.getByText('To change secrets, and addresses that a permission refers to').waitFor();
    expect(await section(page, 'Configuration').locator('input').count()).toBe(0);
  });
});

it('a viewer sees all of it and no button', async () => {
  await writeParrot('one');
  const { page, goTo } = await open({ role: 'viewer', at: 'channels/parrot' });
  await page.getByText('To switch it, test it or change its values, log in with a token of the role operator.').waitFor();
  await section(page, 'Permissions').getByText('Requests to https://chat.example.com').waitFor();
  expect(await page.locator('.view').locator('button, input, select, textarea').count()).toBe(0);
  await goTo('connectors/wiki');
  await section(page, 'Operations').getByText('echo').waitFor();
  expect(await heading(page, 'Try an operation').count()).toBe(0);
  expect(await page.locator('.view').locator('button, input, select, textarea').count()).toBe(0);
});

describe('an approval', () => {
  it('is for exactly the digest that was read: another that came meanwhile is refused', async () => {
    await writeParrot('two');
    const { digest } = await shown('channels/parrot');
    const { page, complaints } = await open({ at: 'channels/parrot', viewport: { width: 600, height: 400 } });
    await button(page, 'Approve…').click();
    const dialog = page.getByRole('dialog', { name: 'Approve Chat parrot' });
    await dialog.getByText(digest, { exact: true }).waitFor();
    expect(await dialog.evaluate((element) => [element.scrollTop, element.contains(document.activeElement)])).toEqual([0, true]);
    for (const words of ['Its code was never approved.', 'network https://chat.example.com', '“Speaks with the chat service.”'])
      await dialog.getByText(words).first().waitFor();
    await dialog.getByText('The host puts the secret api_key in the header authorization as Bearer {}.').waitFor();

    await writeParrot('three');
    const other = (await shown('channels/parrot')).digest;
    expect(other).not.toBe(digest);
    await dialog.getByText(digest, { exact: true }).waitFor();
    await button(page, 'Approve this digest').click();
    await dialog.getByRole('alert').getByText(`The digest that waits for parrot is ${other}.`).waitFor();
    await dialog.getByRole('alert').getByText('Look at the change, then approve this digest.').waitFor();
    expect((await shown('channels/parrot')).approved_digest).toBeNull();

    await button(page, 'Cancel').click();
    await button(page, 'Approve…').click();
    await dialog.getByText(other, { exact: true }).waitFor();
    await button(page, 'Approve this digest').click();
    await notice(page, 'Approved. Chat parrot: needs config. No value for hook_secret, api_key.');
    expect((await shown('channels/parrot')).approved_digest).toBe(other);
    expect(besideRefusals(complaints)).toEqual([]);
  });

  it('of a change shows what differs from what serves', async () => {
    const { page, goTo } = await open({ at: 'channels/parrot' });
    await page.getByLabel('hook_secret (needed)').fill(HOOK_SECRET);
    await page.getByLabel('api_key (needed)').fill(API_KEY);
    await button(page, 'Save').click();
    await notice(page, 'Saved.');
    await host.channelIn('parrot', 'running');
    await writeParrot('four');
    await goTo('channels');
    await page.getByText('change: needs approval').waitFor();
    await goTo('channels/parrot');
    const change = section(page, 'A change waits');
    for (const words of ['What was approved before goes on meanwhile.', 'Its code has changed.', 'Its permissions are the same.'])
      await change.getByText(words).waitFor();
  });
});

describe('values', () => {
  it('that do not fit are refused with what is wrong; only what was changed is sent', async () => {
    const { page, complaints } = await open({ role: 'operator', at: 'connectors/tuned' });
    const sent: unknown[] = [];
    page.on('request', (request) => request.method() === 'PUT' && sent.push(request.postDataJSON()));
    const base = page.getByLabel('Base address');
    await base.fill('no address');
    await button(page, 'Save').click();
    const alert = section(page, 'Configuration').getByRole('alert');
    await alert.getByText('base of tuned is no uri.').waitFor();
    await alert.getByText('Write a uri.').waitFor();
    expect(await base.inputValue()).toBe('no address');
    await base.fill('https://base.example/');
    await page.getByLabel('deep').selectOption('true');
    await button(page, 'Save').click();
    await notice(page, 'Saved.');
    expect((await shown('connectors/tuned')).config).toMatchObject({
      base: { value: 'https://base.example/', source: 'stored' },
      deep: { value: true, source: 'stored' },
    });
    await section(page, 'Configuration').getByText('Where it looks. Stored.').waitFor();
    await base.fill('');
    await button(page, 'Save').click();
    await page.getByRole('dialog').getByText('The stored value of Base address is taken away.').waitFor();
    await button(page, 'Save them').click();
    await section(page, 'Configuration').getByText('Where it looks. It has no value.').waitFor();
    expect(sent).toEqual([{ base: 'no address' }, { base: 'https://base.example/', deep: true }, { base: null }]);
    expect(besideRefusals(complaints)).toEqual([]);
  });

  it('that are secret are only known to be there; what a file states is changed there', async () => {
    const { page } = await open({ at: 'channels/telegram' });
    const token = page.getByLabel('Bot token (needed)');
    await page.getByText('It has no value yet, and does not run without one.').waitFor();
    expect(await token.getAttribute('type')).toBe('password');
    await token.fill(TOKEN);
    await button(page, 'Save').click();
    await notice(page, 'Saved.');
    await page.getByText('or /token for an existing bot. A value is stored. It is not shown.').waitFor();
    expect(await token.inputValue()).toBe('');
    expect(await page.content()).not.toContain(TOKEN);

    const stated = section(page, 'Configuration').locator('.field').filter({ hasText: 'Bot API server' });
    expect(await stated.innerText()).toMatch(/127\.0\.0\.1[\s\S]*Set by config\/channels\.json\. It is changed there\./);
    expect(await stated.locator('input').count()).toBe(0);

    await page.getByLabel('Take the stored value away (Bot token)').check();
    await button(page, 'Save').click();
    const dialog = page.getByRole('dialog', { name: 'Save these values' });
    await dialog.getByText('The stored value of Bot token is taken away, and it does not run without one.').waitFor();
    await button(page, 'Save them').click();
    await page.getByText('It has no value yet, and does not run without one.').waitFor();
    expect((await shown('channels/telegram')).config.bot_token).toBeUndefined();
  });
});
