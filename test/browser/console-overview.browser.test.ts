import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { violations } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  // A name that wants to be markup, and one that wants to turn what stands behind it.
  host.room.home.write('store/channels/hostile/manifest.json', {
    id: 'hostile',
    name: '<img src=x onerror="document.title=1">\u202egnp.exe',
    version: '1.0.0',
    adapter_class: 'telegram#TelegramAdapter',
    webhook_url: '/webhooks/hostile',
  });
  await host.host.reload();
  await host.channelIn('webchat', 'running');
  await host.channelIn('hostile', 'needs_config');
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await host.admin('/api/network-mode', { method: 'POST', body: { mode: 'on' } });
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

describe('the overview', () => {
  it('shows a message as it comes, without being asked', async () => {
    const { page, foreign, complaints } = await openConsole(browser, host);
    await page.getByRole('heading', { name: 'Latest messages' }).waitFor();
    await host.converse('here I am');
    await page.getByRole('row', { name: /in here I am webchat .* answered/ }).waitFor();
    await page.getByRole('row', { name: /out here I am webchat .* sent/ }).waitFor();
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] });
  });

  it('says what waits for a person as it begins and ends to wait, and leads there', async () => {
    const { page } = await openConsole(browser, host);
    const waiting = page.locator('.attention');
    await waiting.getByRole('link', { name: 'Telegram needs config' }).waitFor();
    await host.admin('/api/policy', { method: 'PUT', body: { connectors: { notes: { allowed_operations: ['write'] } } } });
    const asked = await host.admin('/api/connectors/notes/execute', {
      method: 'POST',
      body: { operation: 'write', params: { text: 'x' } },
    });
    const link = waiting.getByRole('link', { name: '1 request waits for approval' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe('#/approvals');
    await host.admin(`/api/approvals/${asked.body.error.approval_id}/deny`, { method: 'POST' });
    await link.waitFor({ state: 'detached' });
  });

  it('shows a foreign name as text that neither runs nor turns anything', async () => {
    const { page, complaints } = await openConsole(browser, host);
    const link = page.locator('.attention').getByRole('link', { name: '<img src=x onerror=' });
    await link.waitFor();
    expect(await link.innerText()).not.toContain('\u202e');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('Overview – CommunicationOS');
    expect(complaints).toEqual([]);
  });

  it('says so when the stream is cut, and shows what happened meanwhile when it is back', async () => {
    const { page } = await openConsole(browser, host);
    await page.route('**/api/stream', (route) => route.abort());
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.getByText('Connection lost. Trying again…').waitFor();
    await host.converse('during the break');
    expect(await page.getByRole('row', { name: /in during the break/ }).count()).toBe(0);
    await page.unroute('**/api/stream');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('row', { name: /in during the break/ }).waitFor();
  });
});

describe('the network mode and the phase', () => {
  it('are changed by an admin with a reason, and every open console follows', async () => {
    const [{ page }, other] = [await openConsole(browser, host), await openConsole(browser, host, { role: 'viewer' })];
    await page.getByRole('button', { name: 'Network mode on' }).click();
    const dialog = page.getByRole('dialog', { name: 'Network mode' });
    await dialog.getByRole('radio', { name: 'readonly' }).check();
    await dialog.getByLabel('Reason').fill('a look at the books');
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await page.getByRole('button', { name: 'Network mode readonly' }).waitFor();
    await page.getByText('Network mode is readonly.').waitFor();
    await other.page.locator('.mode', { hasText: 'Network mode readonly' }).waitFor();
    expect((await host.audit('network_mode')).at(-1)).toMatchObject({ actor: expect.stringMatching(/^token:admin /) });
    expect((await host.audit('network_mode')).at(-1)?.detail).toContain('a look at the books');
  });

  it('wait for an admin when an operator asks', async () => {
    const { page } = await openConsole(browser, host, { role: 'operator' });
    await page.getByRole('button', { name: 'Phase execution' }).click();
    const dialog = page.getByRole('dialog', { name: 'Phase' });
    await dialog.getByRole('radio', { name: 'planning' }).check();
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('The change waits for an admin').waitFor();
    expect((await host.admin('/api/phase')).body.phase).toBe('execution');
  });

  it('are only told to a viewer', async () => {
    const { page } = await openConsole(browser, host, { role: 'viewer' });
    await page.locator('.mode', { hasText: 'Network mode on' }).waitFor();
    expect(await page.getByRole('button', { name: /Network mode|Phase/ }).count()).toBe(0);
  });

  it('say why a change did not happen, and keep what was chosen', async () => {
    await host.admin('/api/policy', { method: 'PUT', body: { network_mode: { allowed_modes: ['on', 'readonly'] } } });
    const { page } = await openConsole(browser, host);
    await page.getByRole('button', { name: 'Network mode on' }).click();
    const dialog = page.getByRole('dialog', { name: 'Network mode' });
    await dialog.getByRole('radio', { name: 'off' }).check();
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await dialog.getByRole('alert').getByText('The policy does not allow the network_mode off.').waitFor();
    expect(await dialog.getByRole('radio', { name: 'off' }).isChecked()).toBe(true);
    await host.admin('/api/policy', { method: 'PUT', body: {} });
  });
});

describe('by keyboard alone', () => {
  it('the first key leads past the navigation, and a dialog gives the focus back', async () => {
    const { page } = await openConsole(browser, host);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate(() => document.activeElement?.id);
    expect(await focused()).toBe('view');
    const button = page.getByRole('button', { name: 'Network mode on' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Network mode' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('a view that was chosen takes the focus to its heading', async () => {
    const { page } = await openConsole(browser, host);
    await page.getByRole('link', { name: 'Channels', exact: true }).focus();
    await page.keyboard.press('Enter');
    const heading = page.getByRole('heading', { name: 'Channels', level: 1 });
    await heading.waitFor();
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.title()).toBe('Channels – CommunicationOS');
  });
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it('the login, the overview and the dialogs have no accessibility violation', async () => {
    const options = { colorScheme, bypassCSP: true } as const;
    const login = await (await browser.newContext(options)).newPage();
    await login.goto(host.url);
    await login.getByLabel('Token').waitFor();
    expect(await violations(login)).toEqual([]);
    await host.converse('to be looked at');
    const { page } = await openConsole(browser, host, options);
    await page
      .getByRole('row', { name: /in to be looked at/ })
      .first()
      .waitFor();
    await page.locator('.attention').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Network mode on' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

it('a screen of 320 pixels shows all of it without scrolling sideways', async () => {
  await host.converse(`a long word: ${'x'.repeat(300)}`);
  const { page } = await openConsole(browser, host, { viewport: { width: 320, height: 568 } });
  await page.getByRole('row', { name: /in a long word/ }).waitFor();
  await page.locator('.attention').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
});
