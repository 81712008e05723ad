/** The views of conversations with whatever people and platforms send, for everybody's eyes, on every screen. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { violations } from './axe.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';
import { deadDelivery, messageIn, tellBot, unknownDelivery } from './talk.ts';

const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
const TURNED = '\u202Edesrever\u2066';
const LONG = 'W'.repeat(600);
const HOSTILE = `${MARKUP} ${TURNED} ${LONG}`;
const KEY = `${MARKUP}${TURNED}`.slice(0, 255);

let browser: Browser;
let host: AdminHost;
/** Each place, and what is there once it is drawn. */
let places: { at: string; shows: string }[];

const fill = async () => {
  await host.converse(HOSTILE);
  const { id, session_id, user_key } = await messageIn(host, HOSTILE, 'answered');
  await host.admin(`/api/sessions/${session_id}/takeover`, { method: 'POST' });
  await tellBot(host, 'with a hostile name', 51, `${MARKUP.slice(0, 40)}${TURNED}${LONG.slice(0, 60)}`);
  const named = await messageIn(host, 'with a hostile name', 'answered');
  const dead = await deadDelivery(host, `dead ${HOSTILE}`, 52);
  await unknownDelivery(host, `unknown ${HOSTILE}`, 53);
  await host.sendFile(1, { file_name: `${TURNED}fdp.${LONG}`.slice(0, 200), mime_type: 'application/pdf' }, Buffer.from('a plan'));
  const file = await messageIn(host, '(document)', 'sent', 'outbound');
  const body = { channel_id: 'telegram', conversation_key: KEY, user_key: KEY, text: HOSTILE };
  const held = (await host.admin('/api/messages', { method: 'POST', body })).body;
  places = [
    { at: 'messages', shows: 'with a hostile name' },
    { at: `messages?session_id=${session_id}`, shows: 'Show those of every session' },
    { at: `messages/${id}`, shows: 'message.decided' },
    { at: `messages/${named.id}`, shows: 'message.decided' },
    { at: `messages/${dead.in_reply_to}`, shows: 'The person blocked us.' },
    { at: `messages/${file.in_reply_to}`, shows: 'application/pdf' },
    { at: `messages/${held.id}`, shows: 'Held by' },
    { at: 'sessions', shows: 'Held by' },
    { at: `sessions/${session_id}`, shows: 'holds this conversation' },
    { at: 'deliveries', shows: 'Held by needs_config' },
    { at: 'people', shows: 'Show what is stored' },
    { at: `people/webchat/${encodeURIComponent(user_key)}`, shows: 'What is stored' },
    { at: `people/telegram/${encodeURIComponent(KEY)}`, shows: 'What is stored' },
  ];
};

beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost({ files: true })]);
  await Promise.all([host.channelIn('webchat', 'running'), host.channelIn('files', 'running')]);
  await fill();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

/** Through every place; what one of them is looked at for. */
const everywhere = async <Found>(
  { page, goTo }: { page: Page; goTo(at: string): Promise<void> },
  look: () => Promise<Found>,
): Promise<[string, Found][]> => {
  const found: [string, Found][] = [];
  for (const { at, shows } of places) {
    await goTo(at);
    await page.locator('main').getByText(shows).first().waitFor();
    found.push([at, await look()]);
  }
  return found;
};

it('what others wrote is text wherever it stands: no markup, nothing that turns what stands beside it', async () => {
  const visit = await openConsole(browser, host);
  const found = await everywhere(visit, () =>
    visit.page.evaluate(() => {
      const titles = [...document.querySelectorAll('main [title], main [aria-label]')].map(
        (each) => each.getAttribute('title') ?? each.ariaLabel,
      );
      return {
        elements: document.querySelectorAll('main img, main script').length,
        unseen: /[\u202a-\u202e\u2066-\u2069]/.test([document.title, document.body.innerText, ...titles].join()),
        title: document.title,
      };
    }),
  );
  for (const [, { elements, unseen, title }] of found) {
    expect({ elements, unseen }).toEqual({ elements: 0, unseen: false });
    expect(title).toContain('CommunicationOS');
  }
  expect(visit.complaints).toEqual([]);
  await visit.goTo(places[2]?.at as string);
  await visit.page.locator('.card').getByText(MARKUP).waitFor();
});

it('questions too', async () => {
  const { page } = await openConsole(browser, host, { at: 'deliveries', viewport: { width: 320, height: 568 } });
  await page.getByRole('button', { name: 'Drop' }).first().click();
  await page.getByRole('dialog').getByText(MARKUP).waitFor();
  expect(await page.locator('dialog').evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

it('nothing scrolls sideways on a screen of 320 pixels', async () => {
  const visit = await openConsole(browser, host, { viewport: { width: 320, height: 568 } });
  const found = await everywhere(visit, () =>
    visit.page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.conversation, .timeline, .moment, .facts, .table')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => element.className || element.tagName),
    ),
  );
  expect(found.filter(([, wide]) => wide.length > 0)).toEqual([]);
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it('no place has an accessibility violation', async () => {
    const visit = await openConsole(browser, host, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    const found = await everywhere(visit, () => violations(visit.page));
    expect(found.filter(([, wrong]) => wrong.length > 0)).toEqual([]);
  });

  it('no question has one either', async () => {
    const { page, goTo } = await openConsole(browser, host, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    for (const [at, name] of [
      [places[8]?.at, 'Close'],
      ['deliveries', 'Drop'],
      [places[12]?.at, 'Erase this person'],
    ] as const) {
      await goTo(at ?? '');
      await page.locator('main').getByRole('button', { name }).first().click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });
});
