/** What did not arrive is mended; what is stored of a person is read out or erased. */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';
import { button, deadDelivery, messageIn, openPerson, place, row, unknownDelivery } from './talk.ts';

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost({ files: true })]);
  await Promise.all([host.channelIn('webchat', 'running'), host.channelIn('files', 'running')]);
});
afterEach(async () => {
  host.room.telegram.script.clear();
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

describe('a delivery', () => {
  it('that is dead is retried at once, and arrives', async () => {
    const { id } = await deadDelivery(host, 'try me again', 41);
    const { page } = await openConsole(browser, host, { role: 'operator', at: 'deliveries?state=dead' });
    const line = row(page, 'try me again');
    await line.getByText('bot was blocked by the user').waitFor();
    host.room.telegram.blocked.delete('41');
    await line.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('It is sent again.').waitFor();
    await line.waitFor({ state: 'detached' });
    await messageIn(host, 'try me again', 'sent', 'outbound');
    expect((await host.audit(id)).map(({ action }) => action)).toContain('delivery.retried');
  });

  it('that is unknown is retried after a question, since it may arrive twice', async () => {
    await unknownDelivery(host, 'did it arrive?', 42);
    const { page } = await openConsole(browser, host, { role: 'operator', at: 'deliveries?state=unknown' });
    await page.getByText('retrying may send it twice').waitFor();
    await row(page, 'did it arrive?').getByRole('button', { name: 'Retry' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('the person reads it twice').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect((await messageIn(host, 'did it arrive?', 'unknown', 'outbound')).attempts).toBe(1);
    await row(page, 'did it arrive?').getByRole('button', { name: 'Retry' }).click();
    await button(page, 'Send it again').click();
    await messageIn(host, 'did it arrive?', 'sent', 'outbound');
    await row(page, 'did it arrive?').waitFor({ state: 'detached' });
  });

  it('is dropped after a question, also from the life of its message', async () => {
    const { id, in_reply_to } = await unknownDelivery(host, 'let it go', 43);
    const { page } = await openConsole(browser, host, { role: 'operator', at: `messages/${in_reply_to}` });
    await page.getByRole('button', { name: 'Drop' }).click();
    await page.getByRole('dialog').getByText('let it go').waitFor();
    await button(page, 'Drop it').click();
    await page.locator('.timeline').getByText('An operator gave it up.').waitFor();
    expect(await page.getByRole('button', { name: 'Drop' }).count()).toBe(0);
    expect((await host.admin(`/api/messages/${id}`)).body).toMatchObject({ state: 'dead', reason: 'DROPPED' });
  });

  it('says so when somebody else was faster', async () => {
    const { id } = await deadDelivery(host, 'too late', 44);
    const { page } = await openConsole(browser, host, { role: 'operator', at: 'deliveries' });
    await page.route('**/api/deliveries/*/retry', async (route) => {
      host.room.telegram.blocked.delete('44');
      await host.admin(`/api/deliveries/${id}/retry`, { method: 'POST' });
      await messageIn(host, 'too late', 'sent', 'outbound');
      await route.continue();
    });
    await row(page, 'too late').getByRole('button', { name: 'Retry' }).click();
    await row(page, 'too late').getByRole('alert').getByText('is sent').waitFor();
    await row(page, 'too late').getByText('sent', { exact: true }).waitFor();
    expect(await row(page, 'too late').getByRole('button').count()).toBe(0);
  });

  it('is not what a viewer retries or drops', async () => {
    await deadDelivery(host, 'hands off', 45);
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'deliveries' });
    await row(page, 'hands off').waitFor();
    await page.getByText('To retry or drop a delivery, log in with a token of the role operator.').waitFor();
    expect(await page.locator('main').getByRole('button').count()).toBe(0);
  });
});

describe('a person', () => {
  it('is found, exported, and erased only when the key is typed again', async () => {
    const person = await openPerson(browser, host);
    await person.say('my secret words');
    const { id, session_id, user_key } = await messageIn(host, 'my secret words', 'answered');
    const { page } = await openConsole(browser, host, { at: `sessions/${session_id}` });
    await page.getByRole('link', { name: 'Export or erase this person' }).click();
    await expect.poll(() => place(page)).toBe(`#/people/webchat/${user_key}`);
    await page.locator('.fact', { hasText: 'Messages of the person' }).getByText('1', { exact: true }).waitFor();
    const link = page.getByRole('link', { name: 'Download the export' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const exported = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(exported).toMatchObject({ user_key, messages: [{ text: 'my secret words' }, { text: 'my secret words' }] });

    await button(page, 'Erase this person').click();
    await page.getByLabel('Type the user key again').fill(user_key.slice(1));
    await button(page, 'Erase for good').click();
    await page.getByText('This is not the user key. Nothing was erased.').waitFor();
    expect((await host.admin(`/api/messages/${id}`)).body.text).toBe('my secret words');
    await page.getByLabel('Type the user key again').fill(user_key);
    await button(page, 'Erase for good').click();

    await page.getByRole('heading', { name: 'The person is erased' }).waitFor();
    await page.locator('.fact', { hasText: 'Messages of the person' }).getByText('1', { exact: true }).waitFor();
    await page.getByText('what a plugin keeps in its own storage').waitFor();
    await page.getByRole('heading', { name: 'Left to do by hand' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe('report');
    expect((await host.admin(`/api/messages/${id}`)).body).toMatchObject({ text: null, user_key: null });
    await page.goto(`${host.url}/#/messages/${id}`);
    await page.getByText('Its words are not kept any more').first().waitFor();
    expect(await page.getByText('my secret words').count()).toBe(0);
    expect(await button(page, 'Send').count()).toBe(0);
    await page.goto(`${host.url}/#/people/webchat/${user_key}`);
    await page.getByRole('alert').getByText('Nothing is stored of this user of webchat.').waitFor();
  });

  it('is looked for by channel and key, whatever the key is made of', async () => {
    const user_key = 'a/b c%2F?#ä';
    const body = { channel_id: 'telegram', conversation_key: user_key, user_key, text: 'to somebody with an odd key' };
    await host.admin('/api/messages', { method: 'POST', body });
    const { page } = await openConsole(browser, host, { at: 'people' });
    await page.getByLabel('Channel').fill('telegram');
    await page.getByLabel('User key').fill(user_key);
    await page.keyboard.press('Enter');
    await page.locator('.fact', { hasText: 'Messages to the person' }).getByText('1', { exact: true }).waitFor();
    await page.reload();
    await page.locator('.fact', { hasText: 'User key' }).getByText(user_key).waitFor();
  });

  it.each(['viewer', 'operator'] as const)('is not for a token of the role %s', async (role) => {
    for (const at of ['people', 'people/webchat/somebody']) {
      const { page } = await openConsole(browser, host, { role, at });
      await page.getByText('log in with a token of the role admin').waitFor();
      expect(await page.locator('main').getByRole('textbox').count()).toBe(0);
      expect(await page.locator('main').getByRole('button').count()).toBe(0);
    }
  });
});
