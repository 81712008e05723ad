import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, BOOTSTRAP, openAdminHost } from '../host/admin/harness.ts';
import { launchBrowser, observe } from './browser.ts';
import { openConsole } from './console.ts';
import { type ForeignPage, frameIn, startForeignPage } from './foreign-page.ts';

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost()]);
  await host.channelIn('webchat', 'running');
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

const token = (page: Page) => page.getByLabel('Token');
const logIn = async (page: Page, text: string) => {
  await token(page).fill(text);
  await page.keyboard.press('Enter');
};

describe('somebody without a login', () => {
  it('is asked for a token; a wrong one is refused with the way to a right one', async () => {
    const page = await (await browser.newContext()).newPage();
    const { foreign, complaints } = observe(page, host.url);
    await page.goto(host.url);
    await token(page).waitFor();
    expect(await token(page).evaluate((field) => field === document.activeElement)).toBe(true);
    await logIn(page, 'aos_of-nobody');
    await page.getByRole('alert').getByText('This token does not stand.').waitFor();
    await page.getByRole('alert').getByText('agentos token create makes one.').waitFor();
    await logIn(page, BOOTSTRAP);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(foreign).toEqual([]);
    // A browser writes down each 401 itself; there is nothing else, no refused script or style either.
    expect(complaints.filter((complaint) => !complaint.includes('status of 401'))).toEqual([]);
  });

  it('comes to the place that the address names once the login stands', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${host.url}/#/settings`);
    await logIn(page, BOOTSTRAP);
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  });
});

describe('a login', () => {
  it('outlives a reload, is out of reach for scripts, and ends with the button', async () => {
    const { page } = await openConsole(browser, host);
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect((await page.context().cookies()).map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toContainEqual({
      name: 'aos',
      httpOnly: true,
      sameSite: 'Strict',
    });
    expect(await page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }))).toEqual([]);
    await page.getByRole('button', { name: 'Log out' }).click();
    await token(page).waitFor();
    expect((await page.request.get(`${host.url}/api/login`)).status()).toBe(401);
  });

  it('is over on the page too when its token is revoked', async () => {
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'settings' });
    const { name } = await (await page.request.get(`${host.url}/api/login`)).json();
    const { body } = await host.admin('/api/tokens');
    const { id } = body.items.find((each: { name: string }) => each.name === name);
    await host.admin(`/api/tokens/${id}`, { method: 'DELETE' });
    await page.getByText('The login is over.').waitFor();
    expect(new URL(page.url()).hash).toBe('#/settings');
  });

  it('says whose it is and what it may do', async () => {
    for (const role of ['viewer', 'operator', 'admin'] as const) {
      const { page } = await openConsole(browser, host, { role });
      expect(await page.locator('.header-who').innerText()).toMatch(new RegExp(`^${role} \\d+ ${role}$`));
    }
  });
});

describe('another page', () => {
  let foreign: ForeignPage;
  beforeAll(async () => {
    foreign = await startForeignPage('<!doctype html><title>Foreign</title>');
  });
  afterAll(() => foreign.close());
  /** In the browser of somebody who has logged in. Another port of this machine is the same site: the cookie goes along. */
  const openForeign = async (address: string): Promise<Page> => {
    const { page } = await openConsole(browser, host);
    const tab = await page.context().newPage();
    await tab.goto(address);
    return tab;
  };

  it('reads nothing and changes nothing with the login that the browser has', async () => {
    for (const address of [foreign.same_site, foreign.cross_site]) {
      const tab = await openForeign(address);
      const seen = await tab.evaluate((url) => {
        const read = (path: string, request: RequestInit = {}) =>
          fetch(url + path, { credentials: 'include', ...request }).then(
            (response) => response.text(),
            () => 'refused',
          );
        const body = '{"mode":"off"}';
        return Promise.all([
          read('/api/login'),
          read('/'),
          read('/api/network-mode', { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
          read('/api/network-mode', { method: 'POST', mode: 'no-cors', body }),
        ]);
      }, host.url);
      expect(seen.join('')).not.toMatch(/admin|mode|CommunicationOS/);
    }
    expect((await host.admin('/api/network-mode')).body.mode).toBe('on');
  });

  it('cannot follow the stream', async () => {
    const tab = await openForeign(foreign.same_site);
    const outcome = await tab.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const source = new EventSource(`${url}/api/stream`, { withCredentials: true });
          source.onopen = () => resolve('open');
          source.onerror = () => resolve('refused');
        }),
      host.url,
    );
    expect(outcome).toBe('refused');
  });

  it('cannot reach it by a name of its own that leads to this machine', async () => {
    for (const path of ['/', '/console/assets/none.js', '/api/login']) {
      const { status, body } = await host.ask(path, { headers: { host: 'console.attacker.example' } });
      expect({ path, status, code: body.code }).toEqual({ path, status: 403, code: 'HOST_NOT_ALLOWED' });
    }
  });

  it('cannot show the console in a frame', async () => {
    const tab = await openForeign(foreign.same_site);
    expect(await (await frameIn(tab, host.url)).locator('#console').count()).toBe(0);
  });
});
