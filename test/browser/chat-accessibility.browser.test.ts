import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { launchBrowser, visit } from './browser.ts';
import { type Chat, startChat } from './start-chat.ts';

let browser: Browser;
let chat: Chat;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  chat = await startChat();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await chat.close();
});

/** Every kind of thing that the page shows, in one conversation. */
const fill = async (page: Page) => {
  const box = page.getByRole('textbox', { name: 'Message' });
  const talk = [
    'A plain message',
    'With https://example.com/ and\n```\nsome code that is wider than any screen '.padEnd(200, 'x') + '\n```',
  ];
  for (const [index, text] of talk.entries()) {
    await box.fill(text);
    await box.press('Enter');
    await page.locator('.message-answer .bubble').nth(index).waitFor();
  }
  await page.route('**/chat/messages', (route) => route.fulfill({ status: 400, json: { detail: 'Not today.' } }));
  await box.fill('A refused message');
  await box.press('Enter');
  await page.getByText('Not sent. Not today.').waitFor();
};

describe.each(['light', 'dark'] as const)('the page in %s colours', (colorScheme) => {
  // The page's own policy would keep axe's script out.
  const options = { colorScheme, bypassCSP: true, reducedMotion: 'reduce' } as const;

  it('has no accessibility violation when it is empty', async () => {
    const { page } = await visit(browser, chat.url, options);
    await page.getByText('What is on your mind?').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('has none with a conversation, and none without a connection', async () => {
    const { page } = await visit(browser, chat.url, options);
    await fill(page);
    expect(await violations(page)).toEqual([]);
    await chat.stop();
    await page.getByText('Connection lost').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

describe('a screen of 320 pixels', () => {
  it('shows all of it without scrolling sideways', async () => {
    const { page } = await visit(browser, chat.url, { viewport: { width: 320, height: 568 } });
    await fill(page);
    const sizes = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.log, .message, .composer, .header')].map(
        (element) => element.scrollWidth - element.clientWidth,
      ),
    );
    expect(Math.max(...sizes)).toBe(0);
    await expect.poll(async () => (await page.getByRole('button', { name: 'Send' }).boundingBox())?.y ?? 999).toBeLessThan(568);
  });
});

describe('a visitor who wants no motion', () => {
  it('gets none', async () => {
    const silent = await startChat({ agent: 'silent' });
    const { page } = await visit(browser, silent.url, { reducedMotion: 'reduce' });
    await page.getByRole('textbox', { name: 'Message' }).fill('anybody?');
    await page.keyboard.press('Enter');
    await page.getByText('Waiting for the answer').waitFor({ state: 'attached' });
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await page.context().close();
    await silent.close();
  });
});

it('the motion that a visitor may not want is there for the others', async () => {
  const silent = await startChat({ agent: 'silent' });
  const { page } = await visit(browser, silent.url);
  await page.getByRole('textbox', { name: 'Message' }).fill('anybody?');
  await page.keyboard.press('Enter');
  await page.getByText('Waiting for the answer').waitFor({ state: 'attached' });
  expect(await page.evaluate(() => document.getAnimations().length)).toBeGreaterThan(0);
  await page.context().close();
  await silent.close();
});
