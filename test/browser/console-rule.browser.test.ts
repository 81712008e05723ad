/** The views of decisions and administration for every eye, in every width, without a complaint of the browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { until } from '../support/until.ts';
import { violations } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  await host.channelIn('webchat', 'running');
  await fill();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

const LONG = 'a-name-without-any-place-to-break-it-that-goes-on-and-on-and-on-and-on-and-on';

const writeNote = (text: string) =>
  host.admin('/api/connectors/notes/execute', { method: 'POST', body: { operation: 'write', params: { text } } });

/** Something in every list: decisions, senders, tokens. */
const fill = async () => {
  const base = (await host.admin('/api/policy')).body;
  const connectors = { notes: { allowed_operations: ['read', 'write'], rate_limit_per_minute: 1000 } };
  const channels = { webchat: { unknown_senders: 'pair' } };
  await host.converse();
  await host.admin('/api/policy', { method: 'PUT', body: { ...base, connectors, channels } });
  await host.say('let me in');
  await until(
    async () => (await host.admin('/api/pairings')).body.items.length,
    (count) => count > 0,
    'a sender waits',
  );
  const { body } = await writeNote('approved');
  await host.admin(`/api/approvals/${body.error.approval_id}/approve`, { method: 'POST' });
};

/** Requests of both kinds: they wait for five minutes. */
const askAgain = async () => {
  await writeNote(LONG.repeat(3));
  const operator = host.as((await host.newToken('operator', { expires: '1d' })).token);
  await operator('/api/network-mode', { method: 'POST', body: { mode: 'readonly', reason: LONG } });
};

/** Each view with what it shows when somebody has worked in it. */
const PLACES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  approvals: async (page) => {
    await askAgain();
    await page.reload();
    await page.getByRole('button', { name: 'Approve notes.write' }).first().waitFor();
    await page.locator('summary').last().click();
    await page.getByText('It ended: success').waitFor();
  },
  policy: async (page) => {
    const editor = page.getByLabel('security_policy.json');
    await editor.fill((await editor.inputValue()).replace('"pair"', '"deny"'));
    await page.getByRole('button', { name: 'What would change' }).click();
    await page.getByText('UNKNOWN_SENDER').first().waitFor();
  },
  'policy/explain?channel_id=webchat&user_key=7': async (page) => {
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByRole('heading', { name: 'Steps' }).waitFor();
  },
  audit: async (page) => {
    await page.getByRole('button', { name: 'Verify the trail' }).click();
    await page.getByText('Everything is as it was written.').waitFor();
    await page.locator('summary').first().click();
    await page.getByRole('region').first().waitFor();
  },
  access: async (page) => {
    await page.getByRole('button', { name: 'Make a token…' }).click();
    await page.getByLabel('Name').fill(`Shown ${Date.now()}`);
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.locator('.shown-once').waitFor();
    await page.getByRole('cell', { name: 'AGENT_SECRET' }).waitFor();
  },
  settings: (page) => page.getByRole('cell', { name: 'AGENT_BACKEND' }).waitFor(),
};

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it.each(Object.entries(PLACES))('%s has no accessibility violation', async (at, use) => {
    const { page } = await openConsole(browser, host, { at, colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    await use(page);
    expect(await violations(page)).toEqual([]);
  });
});

const WIDTHS = [320, 720, 900, 1024, 1280];

it.each(Object.entries(PLACES))('%s scrolls sideways at no width, and the browser complains of nothing', async (at, use) => {
  const { page, complaints, foreign } = await openConsole(browser, host, { at });
  await use(page);
  const wider: number[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    wider.push(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth));
  }
  expect(wider).toEqual(WIDTHS.map(() => 0));
  expect([...complaints, ...foreign]).toEqual([]);
});

it('a question above the page has no accessibility violation', async () => {
  const { page } = await openConsole(browser, host, { at: 'access', bypassCSP: true, reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Make a new host key…' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page)).toEqual([]);
});
