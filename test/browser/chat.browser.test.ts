import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

const box = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const own = (page: Page, text: string) => page.locator('.message-own', { hasText: text });
const answer = (page: Page, text: string) => page.locator('.message-answer .bubble', { hasText: text });
const say = async (page: Page, text: string) => {
  await box(page).fill(text);
  await box(page).press('Enter');
};
const talk = async (page: Page, text: string) => {
  await say(page, text);
  await answer(page, text).waitFor();
};
/** The conversation as the server has it: what a new tab of the same visitor shows. */
const stored = async (page: Page): Promise<string[]> => {
  const tab = await page.context().newPage();
  await tab.goto(chat.url);
  await tab.getByText('Connected').waitFor();
  await tab.locator('.log[aria-busy=false]').waitFor();
  const texts = await tab.locator('.message-own .bubble').allInnerTexts();
  await tab.close();
  return texts;
};

describe('a visitor', () => {
  it('types, sees the answer, and nothing leaves for elsewhere', async () => {
    const { page, foreign, complaints } = await visit(browser, chat.url);
    await page.getByText('What is on your mind?').waitFor();
    await talk(page, 'hello there');
    await own(page, 'hello there').getByText('Sent').waitFor();
    expect(await box(page).inputValue()).toBe('');
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('finds the conversation and the draft again after a reload', async () => {
    const { page } = await visit(browser, chat.url);
    await talk(page, 'remember me');
    await box(page).fill('half a thought');
    await page.reload();
    await answer(page, 'remember me').waitFor();
    expect(await own(page, 'remember me').count()).toBe(1);
    expect(await box(page).inputValue()).toBe('half a thought');
  });

  it('is nobody else: another browser sees none of it', async () => {
    const { page } = await visit(browser, chat.url);
    await talk(page, 'between us');
    const { page: other } = await visit(browser, chat.url);
    await other.getByText('What is on your mind?').waitFor();
    expect(await other.getByText('between us').count()).toBe(0);
  });

  it('sees in one tab what is written in another', async () => {
    const { page } = await visit(browser, chat.url);
    const tab = await page.context().newPage();
    await tab.goto(chat.url);
    await tab.getByText('Connected').waitFor();
    await talk(page, 'from the first tab');
    await answer(tab, 'from the first tab').waitFor();
    expect(await own(tab, 'from the first tab').count()).toBe(1);
  });

  it('may leave many tabs open: those in the background hold no connection', async () => {
    const { page } = await visit(browser, chat.url);
    // A browser opens six connections to one host: with seven streams nothing could be sent any more.
    for (let tabs = 1; tabs <= 7; tabs += 1) {
      const tab = await page.context().newPage();
      await tab.goto(chat.url);
      await tab.getByText('Connected').waitFor();
      await tab.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
    }
    await talk(page, 'still here');
    const last = page.context().pages().at(-1) as Page;
    expect(await own(last, 'still here').count()).toBe(0);
    await last.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'visible' });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await answer(last, 'still here').waitFor();
  });

  it('is told that the answer is being made', async () => {
    const silent = await startChat({ agent: 'silent' });
    const { page } = await visit(browser, silent.url);
    await say(page, 'anybody?');
    await page.getByText('Waiting for the answer').waitFor({ state: 'attached' });
    await page.context().close();
    await silent.close();
  });
});

describe('the keyboard alone', () => {
  it('sends with Enter, breaks the line with Shift+Enter, and reaches everything by Tab', async () => {
    const { page } = await visit(browser, chat.url);
    await page.keyboard.type('first line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second line');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Send');
    await page.keyboard.press('Enter');
    await answer(page, 'second line').waitFor();
    expect(await own(page, 'second line').locator('.paragraph').textContent()).toBe('first line\nsecond line');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('message');
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log');
  });

  it('does not send what is still being composed', async () => {
    const { page } = await visit(browser, chat.url);
    await box(page).fill('にほ');
    await box(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    expect(await box(page).inputValue()).toBe('にほ');
    await talk(page, 'にほん');
    expect(await page.locator('.message-own').count()).toBe(1);
  });

  it('sends no empty message', async () => {
    const { page } = await visit(browser, chat.url);
    await say(page, '  \n ');
    await talk(page, 'something');
    expect(await page.locator('.message-own').count()).toBe(1);
  });
});

describe('text', () => {
  it('is text, whatever it looks like', async () => {
    const { page, complaints } = await visit(browser, chat.url);
    const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3) &lt;b&gt;';
    await talk(page, hostile);
    expect(await answer(page, 'onerror').textContent()).toBe(hostile);
    expect(await page.locator('.log img, .log script, .log a').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows addresses as links that tell nothing, and code as code', async () => {
    const { page } = await visit(browser, chat.url);
    await say(page, 'see https://example.com/a.\n```js\nlet x = 1;\n```');
    const link = answer(page, 'see').getByRole('link', { name: 'https://example.com/a' });
    expect(await link.getAttribute('href')).toBe('https://example.com/a');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await answer(page, 'see').locator('pre code').textContent()).toBe('let x = 1;');
  });
});

describe('a long conversation', () => {
  it('brings earlier messages without moving what is being read', async () => {
    const { page } = await visit(browser, chat.url, { viewport: { width: 600, height: 500 } });
    // 28 messages and their answers: more than a page of history, less than the bound on posts.
    await page.evaluate(async () => {
      for (let number = 1; number <= 28; number += 1) {
        const body = JSON.stringify({ client_message_id: `n${number}`, text: `number ${number}.` });
        await fetch('/chat/messages', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      }
    });
    await answer(page, 'number 28.').waitFor();
    await page.reload();
    const earlier = page.getByRole('button', { name: 'Load earlier messages' });
    await earlier.waitFor();
    expect(await page.locator('.message').count()).toBe(50);
    const firstText = (await page.locator('.message .bubble').first().textContent()) ?? '';
    const top = async () => {
      const first = page.locator('.message-answer .bubble', { hasText: firstText });
      return (await first.boundingBox())?.y ?? Number.NaN;
    };
    await earlier.focus();
    await page.locator('.log').evaluate((log) => {
      log.scrollTop = 0;
    });
    const before = await top();
    await page.keyboard.press('Enter');
    await answer(page, 'number 1.').waitFor({ state: 'attached' });
    await earlier.waitFor({ state: 'detached' });
    expect(await page.locator('.message').count()).toBe(56);
    expect(Math.abs((await top()) - before)).toBeLessThan(2);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('log');
    await page.getByRole('button', { name: 'Newest' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Newest' }).count()).toBe(0);
  });
});

describe('a bad connection', () => {
  it('loses and doubles nothing when the server restarts', async () => {
    const { page } = await visit(browser, chat.url);
    await talk(page, 'before');
    await chat.stop();
    await page.getByText('Connection lost').waitFor();
    await say(page, 'meanwhile');
    await own(page, 'meanwhile').getByText('Not sent').waitFor();
    await chat.restart();
    await answer(page, 'meanwhile').waitFor();
    await talk(page, 'after');
    expect(await page.locator('.message-own .bubble').allInnerTexts()).toEqual(['before', 'meanwhile', 'after']);
    expect(await page.locator('.message-answer .bubble').allInnerTexts()).toEqual(['before', 'meanwhile', 'after']);
    expect(await stored(page)).toEqual(['before', 'meanwhile', 'after']);
  });

  it('shows what was answered while the page was cut off', async () => {
    const { page } = await visit(browser, chat.url);
    await talk(page, 'one');
    await page.context().setOffline(true);
    const other = await page
      .context()
      .browser()
      ?.newContext({ storageState: await page.context().storageState() });
    const tab = await other?.newPage();
    await tab?.goto(chat.url);
    if (tab) await talk(tab, 'two');
    await page.context().setOffline(false);
    await answer(page, 'two').waitFor();
    expect(await page.locator('.message-own .bubble').allInnerTexts()).toEqual(['one', 'two']);
  });

  it('does not send twice when only the acknowledgement is lost', async () => {
    const { page } = await visit(browser, chat.url);
    let posts = 0;
    await page.route('**/chat/messages', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      posts += 1;
      if (posts > 1) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await talk(page, 'only once');
    await expect.poll(() => posts).toBe(2);
    expect(await stored(page)).toEqual(['only once']);
    expect(await page.locator('.message').count()).toBe(2);
  });

  it('lets the visitor try again or give up, also after a reload', async () => {
    const { page } = await visit(browser, chat.url);
    const refuse = { status: 400, contentType: 'application/problem+json', body: JSON.stringify({ detail: 'Not today.' }) };
    await page.route('**/chat/messages', (route) => (route.request().method() === 'POST' ? route.fulfill(refuse) : route.continue()));
    await say(page, 'keep this');
    await own(page, 'keep this').getByText('Not sent. Not today.').waitFor();
    await say(page, 'drop this');
    await own(page, 'drop this').getByRole('button', { name: 'Remove' }).click();
    await page.reload();
    await page.getByText('Connected').waitFor();
    expect(await page.locator('.message-own .bubble').allInnerTexts()).toEqual(['keep this']);
    await page.unroute('**/chat/messages');
    await own(page, 'keep this').getByRole('button', { name: 'Try again' }).click();
    await answer(page, 'keep this').waitFor();
    expect(await stored(page)).toEqual(['keep this']);
  });

  it('says so when the browser keeps no cookie, and does not reload for ever', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    let loads = 0;
    await page.route('**/chat', async (route) => {
      loads += 1;
      const response = await route.fetch();
      const { 'set-cookie': _cookie, ...headers } = response.headers();
      await route.fulfill({ response, headers });
      await context.clearCookies();
    });
    await page.goto(chat.url);
    await page.getByText('allow cookies').waitFor();
    expect(loads).toBe(2);
  });
});
