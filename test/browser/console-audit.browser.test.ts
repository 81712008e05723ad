/** The audit trail in the console: read page by page, and verified. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openConnection } from '../../host/db/connection.ts';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';

const TOKENS = 60;

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  for (let count = 0; count < TOKENS; count++) await host.newToken('viewer', { name: `made ${count}` });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

const rows = (page: Page) => page.getByRole('table', { name: 'Entries of the audit trail' }).locator('tbody tr');
const actions = async (page: Page) => new Set(await rows(page).locator('summary').allInnerTexts());
const hash = (page: Page) => new URL(page.url()).hash;

describe('the entries', () => {
  it('come page after page by their cursor, without a gap', async () => {
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'audit?action=token.created' });
    const { body } = await host.admin('/api/audit?action=token.created&limit=500');
    await expect.poll(() => rows(page).count()).toBe(50);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows(page).count()).toBe(body.items.length);
    expect(body.items.length).toBeGreaterThan(TOKENS);
    await rows(page).last().locator('summary').click();
    const shown = JSON.parse(await rows(page).last().getByRole('region').innerText());
    expect(shown).toEqual(body.items.at(-1));
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });

  it('go on over a page that is empty and has another behind it', async () => {
    const { page } = await openConsole(browser, host);
    await page.route('**/api/audit*', async (route) => {
      const isFirst = !new URL(route.request().url()).searchParams.has('cursor');
      return isFirst ? route.fulfill({ json: { items: [], next_cursor: '3' } }) : route.continue();
    });
    await page.goto(`${host.url}/#/audit`);
    await page.getByText('No entry fits among the newest 20,000.').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows(page).count()).toBe(2);
    await rows(page).filter({ hasText: 'audit.chain_started' }).waitFor();
  });

  it('are filtered by what the address says, and the other way round', async () => {
    const { page } = await openConsole(browser, host, { at: 'audit' });
    await rows(page).first().waitFor();
    expect((await actions(page)).size).toBeGreaterThan(1);
    await page.getByLabel('Action').fill('token.created');
    await page.getByLabel('Actor').fill('token:admin');
    await page.getByLabel('From').fill('2020-01-01T00:00');
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect.poll(() => actions(page)).toEqual(new Set(['token.created']));
    expect(hash(page)).toMatch(/^#\/audit\?action=token\.created&actor=token%3Aadmin&from=\d{4}-/);
    await page.goBack();
    await expect.poll(async () => (await actions(page)).size).toBeGreaterThan(1);
    expect(await page.getByLabel('Action').inputValue()).toBe('');
    await page.getByLabel('Action').fill('nothing.of_the_kind');
    await page.keyboard.press('Enter');
    await page.getByText('No entry fits.').waitFor();
  });

  it('stand still until the newest are asked for', async () => {
    const { page } = await openConsole(browser, host, { at: 'audit?action=channel.disabled' });
    await page.getByText('No entry fits.').waitFor();
    let asked = 0;
    page.on('request', (request) => void (asked += Number(request.url().includes('/api/audit'))));
    await host.channelIn('webchat', 'running');
    await host.admin('/api/channels/webchat/disable', { method: 'POST' });
    await expect.poll(async () => (await host.admin('/api/audit?action=channel.disabled')).body.items.length).toBe(1);
    expect([asked, await rows(page).count()]).toEqual([0, 0]);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await rows(page).filter({ hasText: 'channel.disabled' }).waitFor();
    expect(asked).toBe(1);
  });

  it('of a time that is none are refused in words', async () => {
    const { page } = await openConsole(browser, host, { at: 'audit?from=yesterday' });
    await page.getByRole('alert').getByText('from is no time: yesterday.').waitFor();
  });
});

describe('verifying', () => {
  const verify = (page: Page) => page.getByRole('button', { name: 'Verify the trail' }).click();

  it('says to everybody that all is as it was written', async () => {
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'audit' });
    await verify(page);
    await page.getByRole('status').getByText('Everything is as it was written.').waitFor();
    expect(await page.getByRole('table', { name: 'Chains' }).innerText()).toMatch(/whole\s+1\s+\d+/);
  });

  it('can be given up while it goes on', async () => {
    const { page } = await openConsole(browser, host, { at: 'audit' });
    await page.route('**/api/audit/verify', () => undefined);
    await verify(page);
    await page.getByRole('progressbar', { name: 'Verifying the trail' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Verify the trail' }).waitFor();
    expect(await page.locator('.note').count()).toBe(0);
  });

  it('names the first commit that somebody has changed', async () => {
    const db = await openConnection(path.join(host.room.home.dir, 'store/agentos.db'));
    await db.exec('PRAGMA busy_timeout = 5000');
    const where = `seq = (SELECT min(seq) FROM audit WHERE action = 'token.created')`;
    const row = await db.get<{ seq: number; chain_id: string; commit_seq: number }>(`SELECT * FROM audit WHERE ${where}`);
    await db.exec(`UPDATE audit SET decision = 'admin' WHERE ${where}`);
    await db.close();
    const { page } = await openConsole(browser, host, { at: 'audit' });
    await verify(page);
    const says = `The trail is NOT as it was written. Commit ${row?.commit_seq} of the chain ${row?.chain_id} is the first that is broken.`;
    await page.getByRole('status').getByText(says).waitFor();
    await page.getByText(`(entry ${row?.seq})`).waitFor();
    expect(await page.getByRole('table', { name: 'Chains' }).innerText()).toContain(`broken changed at ${row?.commit_seq}`);
  });
});
