/** One Chromium for a file of tests; each test takes contexts of its own from it. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: ARGS });

export interface Visit {
  page: Page;
  /** Addresses that the page asked for on other origins, and whatever it complained about. */
  foreign: string[];
  complaints: string[];
}

/** Notes what a page asks elsewhere for, and what it complains about. */
export const observe = (page: Page, origin: string): Visit => {
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) foreign.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, foreign, complaints };
};

/** A new visitor in front of a chat that has connected. */
export const visit = async (browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const visit = observe(page, new URL(url).origin);
  await page.goto(url);
  await page.getByText('Connected').waitFor();
  return visit;
};
