/** Somebody of a role in front of the console of a host in this process (`test/host/admin/harness`). */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AdminHost } from '../host/admin/harness.ts';
import { observe, type Visit } from './browser.ts';

export interface ConsoleOptions extends BrowserContextOptions {
  /** Of the token that is shown at the login. */
  role?: 'viewer' | 'operator' | 'admin';
  /** What stands after `#/`. */
  at?: string;
}

export interface ConsoleVisit extends Visit {
  /** To another place, as a click on a link leads there. */
  goTo(at: string): Promise<void>;
}

export const openPlace = async (page: Page, url: string, at: string): Promise<void> => {
  await page.goto(`${url}/#/${at}`);
};

/** Logs in as the page does, then opens it: the stream is open when this is done. */
export const openConsole = async (
  browser: Browser,
  host: AdminHost,
  { role = 'admin', at = '', ...options }: ConsoleOptions = {},
): Promise<ConsoleVisit> => {
  const { token } = await host.newToken(role);
  const context = await browser.newContext(options);
  const login = await context.request.post(`${host.url}/api/login`, { data: { token }, headers: { origin: host.url } });
  if (!login.ok()) throw new Error(`POST /api/login answered ${login.status()}: ${await login.text()}`);
  const page = await context.newPage();
  const visit = observe(page, host.url);
  await openPlace(page, host.url, at);
  await page.getByText('Live', { exact: true }).waitFor();
  return { ...visit, goTo: (to) => openPlace(page, host.url, to) };
};
