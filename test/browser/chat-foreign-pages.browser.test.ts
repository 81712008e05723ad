import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser, visit } from './browser.ts';
import { type ForeignPage, frameIn, startForeignPage } from './foreign-page.ts';
import { type Chat, startChat } from './start-chat.ts';

let browser: Browser;
let chat: Chat;
let foreign: ForeignPage;
/** The visitor's own tab, in whose browser the foreign page is opened. */
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  chat = await startChat();
  foreign = await startForeignPage(`<!doctype html><title>Foreign</title>
    <a id="link" href="${chat.url}">the chat</a>
    <form id="form" method="post" enctype="text/plain" action="${chat.url}/messages"><input name='{"client_message_id":"forged","text":"forged","x":"' value='"}'></form>`);
  ({ page } = await visit(browser, chat.url));
  await page.getByRole('textbox', { name: 'Message' }).fill('my secret');
  await page.keyboard.press('Enter');
  await page.locator('.message-answer .bubble', { hasText: 'my secret' }).waitFor();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await foreign.close();
  await chat.close();
});

const ownMessages = async (): Promise<string[]> => {
  await page.reload();
  await page.locator('.log[aria-busy=false]').waitFor();
  return page.locator('.message-own .bubble').allInnerTexts();
};
const openForeign = async (address: string): Promise<Page> => {
  const tab = await page.context().newPage();
  await tab.goto(address);
  return tab;
};

it('a form of another page is refused, although the cookie comes with it', async () => {
  const tab = await openForeign(foreign.same_site);
  const posted = page.context().waitForEvent('response', (response) => response.request().method() === 'POST');
  await tab.locator('#form').evaluate((form) => (form as HTMLFormElement).submit());
  const response = await posted;
  expect((await response.request().allHeaders()).cookie).toContain('aos_chat=');
  expect(response.status()).toBe(403);
  expect(await ownMessages()).toEqual(['my secret']);
});

it.each(['no-cors', 'cors'] as const)('a %s request of another page neither posts nor reads', async (mode) => {
  for (const address of [foreign.same_site, foreign.cross_site]) {
    const tab = await openForeign(address);
    const seen = await tab.evaluate(
      async ([url, how]) => {
        const body = JSON.stringify({ client_message_id: 'forged', text: 'forged' });
        const mode = how as RequestMode;
        const read = async (path: string, request: RequestInit) => {
          try {
            return await (await fetch(url + path, { ...request, mode, credentials: 'include' })).text();
          } catch {
            return '';
          }
        };
        return Promise.all([
          read('/messages', { method: 'POST', body }),
          read('/messages', { method: 'POST', body, headers: how === 'cors' ? { 'content-type': 'application/json' } : {} }),
          read('/messages', {}),
          read('/stream?last_event_id=0', {}),
          read('', {}),
        ]);
      },
      [chat.url, mode] as const,
    );
    expect(seen).toEqual(['', '', '', '', '']);
    await tab.close();
  }
  expect(await ownMessages()).toEqual(['my secret']);
});

it("another page can neither follow the stream nor use up the visitor's streams", async () => {
  const tab = await openForeign(foreign.same_site);
  const outcomes = await tab.evaluate(
    (url) =>
      Promise.all(
        Array.from(
          { length: 8 },
          () =>
            new Promise<string>((resolve) => {
              const source = new EventSource(`${url}/stream?last_event_id=0`, { withCredentials: true });
              source.onmessage = ({ data }) => resolve(data);
              source.onerror = () => resolve('refused');
            }),
        ),
      ),
    chat.url,
  );
  expect(new Set(outcomes)).toEqual(new Set(['refused']));
  await page.reload();
  await page.getByText('Connected').waitFor();
});

it('another page cannot show the chat in a frame', async () => {
  const tab = await openForeign(foreign.same_site);
  expect(await (await frameIn(tab, chat.url)).getByRole('textbox').count()).toBe(0);
});

it('a link on another site leads a visitor to their own conversation', async () => {
  const tab = await openForeign(foreign.cross_site);
  await tab.locator('#link').click();
  await tab.locator('.message-own .bubble', { hasText: 'my secret' }).waitFor();
  expect(await ownMessages()).toEqual(['my secret']);
});

it('a link on another site leads a stranger to a chat that works', async () => {
  const stranger = await browser.newContext();
  const tab = await stranger.newPage();
  await tab.goto(foreign.cross_site);
  await tab.locator('#link').click();
  await tab.getByText('What is on your mind?').waitFor();
  await tab.getByRole('textbox', { name: 'Message' }).fill('hello');
  await tab.keyboard.press('Enter');
  await tab.locator('.message-answer .bubble', { hasText: 'hello' }).waitFor();
});
