/** Tokens, secrets, the host key and the settings in the console. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, BOOTSTRAP, openAdminHost } from '../host/admin/harness.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost({ env: { AGENT_SECRET: 'a-secret-that-nobody-may-see' } })]);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const make = async (page: Page, name: string, { role = 'viewer', ends = 'in 90 days' } = {}) => {
  await page.getByRole('button', { name: 'Make a token…' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Role').selectOption(role);
  await page.getByLabel('Ends').selectOption(ends);
  await page.getByRole('button', { name: 'Make it' }).click();
};

describe('a token', () => {
  it('is made, shown once, copied, good for a login, and ended with it', async () => {
    const { page } = await openConsole(browser, host, { at: 'access', permissions: ['clipboard-read', 'clipboard-write'] });
    await make(page, 'dashboard of Ada', { role: 'operator', ends: 'in a day' });
    const token = await page.locator('.shown-once code').innerText();
    await page.getByRole('button', { name: 'Copy the token' }).click();
    await page.locator('.notice', { hasText: 'The token is copied.' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);

    const other = await (await browser.newContext()).newPage();
    await other.goto(`${host.url}/#/settings`);
    await other.getByLabel('Token').fill(token);
    await other.keyboard.press('Enter');
    await other.getByText('dashboard of Ada').waitFor();
    await other.getByText('Live', { exact: true }).waitFor();

    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Tokens and keys' }).click();
    const row = rowOf(page, 'dashboard of Ada');
    await row.getByText('operator').waitFor();
    expect(await page.locator('body').innerText()).not.toContain(token);

    await row.getByRole('button', { name: 'Revoke dashboard of Ada' }).click();
    await page.getByRole('dialog').getByText('so do the logins and the open streams').waitFor();
    expect(await page.getByRole('dialog').locator('.note-warn').count()).toBe(0);
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await row.waitFor({ state: 'detached' });
    await other.getByText('The login is over.').waitFor();
  });

  it('of one’s own login is not ended without a warning', async () => {
    const { page } = await openConsole(browser, host, { at: 'access' });
    const { name } = await (await page.request.get(`${host.url}/api/login`)).json();
    await page.getByRole('button', { name: `Revoke ${name}` }).click();
    await page.getByRole('dialog').getByText('You have logged in with this token yourself').waitFor();
  });

  it('by a name that is taken is refused in words', async () => {
    await host.newToken('viewer', { name: 'taken' });
    const { page } = await openConsole(browser, host, { at: 'access' });
    await make(page, 'taken');
    await page.getByRole('dialog').getByText('A token by the name taken is in use').waitFor();
    expect(await page.locator('.shown-once').count()).toBe(0);
  });

  it('ends at the time that was chosen', async () => {
    const { page } = await openConsole(browser, host, { at: 'access' });
    await page.getByRole('button', { name: 'Make a token…' }).click();
    await page.getByLabel('Name').fill('until then');
    await page.getByLabel('Ends').selectOption('at a time of your own');
    await page.getByLabel('Ends at').fill('2999-12-31T10:30');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.locator('.shown-once').waitFor();
    const { body } = await host.admin('/api/tokens');
    const made = body.items.find((each: { name: string }) => each.name === 'until then');
    expect(made.expires_at).toBe(await page.evaluate(() => new Date('2999-12-31T10:30').toISOString()));
  });

  it.each(['viewer', 'operator'] as const)('is nothing that a %s sees or makes', async (role) => {
    const { page } = await openConsole(browser, host, { role, at: 'access' });
    await page.getByText('To see and change tokens and keys, log in with a token of the role admin.').waitFor();
    expect(await page.locator('#view').locator('button, table').count()).toBe(0);
  });
});

describe('secrets', () => {
  it('are listed by name and source, without a value', async () => {
    const { page } = await openConsole(browser, host, { at: 'access' });
    expect(await rowOf(page, 'AGENT_SECRET').innerText()).toMatch(/AGENT_SECRET\s+set\s+environment/);
    const text = await page.locator('body').innerText();
    for (const secret of ['a-secret-that-nobody-may-see', BOOTSTRAP]) expect(text).not.toContain(secret);
  });

  it('are sealed with a new host key after a question', async () => {
    const { page } = await openConsole(browser, host, { at: 'access' });
    await page.getByRole('button', { name: 'Make a new host key…' }).click();
    await page.getByRole('dialog').getByText('goes over to the new key at once').waitFor();
    await page.getByRole('button', { name: 'Make a new key' }).click();
    await page.locator('.notice', { hasText: 'The host key is new.' }).waitFor();
    const { body } = await host.admin('/api/audit?action=secrets.rotated');
    expect(body.items).toHaveLength(1);
    expect(await page.locator('.facts').innerText()).toMatch(/Keys backed up in\s+nowhere yet: agentos backup DIR/);
  });

  it('whose copies were not reached are named, with what is left to be done', async () => {
    const { page } = await openConsole(browser, host, { at: 'access' });
    const counts = { keys_wrapped: 1, configurations_sealed: 1, stored_values_sealed: 1, approvals_sealed: 1, evidence_sealed: 1 };
    const answer = {
      key_id: 'b',
      former_key_id: 'a',
      ...counts,
      keys_backups: [],
      keys_backups_not_reached: ['/mnt/usb/keys'],
      next_step: 'Do that.',
    };
    await page.route('**/api/secrets/rotate', (route) => route.fulfill({ json: answer }));
    await page.getByRole('button', { name: 'Make a new host key…' }).click();
    await page.getByRole('button', { name: 'Make a new key' }).click();
    await page.getByText('Do that.').waitFor();
    await page.getByText('/mnt/usb/keys').waitFor();
  });
});

describe('settings', () => {
  it('are found by name, value and source as somebody types, also by their address', async () => {
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'settings' });
    const { body } = await host.admin('/api/config');
    const rows = page.getByRole('table', { name: 'Settings' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(body.items.length);
    await page.getByLabel('Search').fill('agent_ ENVIRONMENT');
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.innerText()).toMatch(/AGENT_SECRET\s+\*+\s+environment/);
    await page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Search').fill('allowed_modes');
    await expect.poll(() => rows.innerText()).toMatch(/network_mode\.allowed_modes\s+\["on","readonly","off"\]\s+default/);
    await page.getByLabel('Search').fill('nothing like it');
    await page.getByText('No setting fits.').waitFor();
  });
});
