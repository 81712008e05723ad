/** Senders whom nobody knows, let in and taken back in the console. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { until } from '../support/until.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  await host.channelIn('webchat', 'running');
  const base = (await host.admin('/api/policy')).body;
  await host.admin('/api/policy', { method: 'PUT', body: { ...base, channels: { webchat: { unknown_senders: 'pair' } } } });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

describe('a sender whom nobody knows', () => {
  /** The code that a new visitor of the web chat waits with. */
  const newCode = async (): Promise<{ code: string; user_key: string }> => {
    const before = (await host.admin('/api/pairings')).body.items.length;
    await host.say('let me in');
    const items = await until(
      async () => (await host.admin('/api/pairings')).body.items,
      (found) => found.length > before,
      'a sender waits',
    );
    return items.at(-1);
  };
  const pairingOf = async (user_key: string) =>
    (await host.admin('/api/pairings')).body.items.find((each: { user_key: string }) => each.user_key === user_key);

  it('is let in by the code, and is a stranger again when that is taken back', async () => {
    const { code, user_key } = await newCode();
    const { page } = await openConsole(browser, host, { role: 'operator', at: 'approvals' });
    const row = page.getByRole('row').filter({ hasText: user_key });
    await row.getByText(code).waitFor();
    await page.getByLabel('Code').fill('AAAAAAAA');
    await page.getByRole('button', { name: 'Let the sender write' }).click();
    await page.getByRole('alert').getByText('No sender waits with the code AAAAAAAA.').waitFor();
    await page.getByLabel('Code').fill(code.toLowerCase());
    await page.keyboard.press('Enter');
    await row.getByText('approved').waitFor();
    expect((await pairingOf(user_key)).state).toBe('approved');

    await row.getByRole('button', { name: /^Take back/ }).click();
    await page.getByRole('dialog').getByText('is a stranger on webchat again').waitFor();
    await page.getByRole('button', { name: 'Take back', exact: true }).click();
    await row.waitFor({ state: 'detached' });
    expect(await pairingOf(user_key)).toBeUndefined();
  });

  it('is not for a viewer to let in', async () => {
    const { user_key } = await newCode();
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'approvals' });
    await page.getByRole('row').filter({ hasText: user_key }).waitFor();
    expect(await page.getByLabel('Code').count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Take back/ }).count()).toBe(0);
  });
});
