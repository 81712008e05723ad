/** Operators and people: reading, answering, taking over. */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHost, openAdminHost } from '../host/admin/harness.ts';
import { launchBrowser } from './browser.ts';
import { openConsole } from './console.ts';
import { button, messageIn, openPerson, place, row, rows } from './talk.ts';

let browser: Browser;
let host: AdminHost;
beforeAll(async () => {
  [browser, host] = await Promise.all([launchBrowser(), openAdminHost({ files: true })]);
  await Promise.all([host.channelIn('webchat', 'running'), host.channelIn('files', 'running')]);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser.close();
  await host.stop();
});

describe('the list of messages', () => {
  it('shows a message while it is open, and leads to its life', async () => {
    const { page, complaints } = await openConsole(browser, host, { role: 'viewer', at: 'messages' });
    await page.getByRole('heading', { name: 'Messages', level: 1 }).waitFor();
    expect(await row(page, 'words that come later').count()).toBe(0);
    const { message_id } = await host.converse('words that come later');
    await row(page, 'words that come later').first().waitFor();
    await row(page, 'words that come later').filter({ hasText: 'answered' }).getByRole('link').click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    expect(place(page)).toBe(`#/messages/${message_id}`);
    expect(complaints).toEqual([]);
  });

  it('is narrowed by what the address says: it outlives a reload, and the back button undoes it', async () => {
    await host.converse('to be found');
    const { page } = await openConsole(browser, host, { role: 'viewer', at: 'messages' });
    await row(page, 'to be found').first().waitFor();
    await page.getByLabel('Channel').selectOption('files');
    await row(page, 'to be found').first().waitFor({ state: 'detached' });
    await page.getByLabel('Channel').selectOption('webchat');
    await page.getByLabel('Direction').selectOption('inbound');
    await page.getByLabel('State').selectOption('answered');
    const narrowed = '#/messages?channel_id=webchat&direction=inbound&state=answered';
    await expect.poll(() => place(page)).toBe(narrowed);
    await expect.poll(() => row(page, 'to be found').count()).toBe(1);
    await page.reload();
    await expect.poll(() => row(page, 'to be found').count()).toBe(1);
    expect(await page.getByLabel('State').inputValue()).toBe('answered');
    // What cannot be together is let go: an outbound message is never `answered`.
    await page.getByLabel('Direction').selectOption('outbound');
    await expect.poll(() => place(page)).toBe('#/messages?channel_id=webchat&direction=outbound');
    await page.goBack();
    await expect.poll(() => page.getByLabel('State').inputValue()).toBe('answered');
    expect(place(page)).toBe(narrowed);
  });

  it('says what is wrong with an address that asks for nonsense', async () => {
    const { page } = await openConsole(browser, host, { at: 'messages?state=nonsense' });
    await page.getByRole('alert').getByText('state').waitFor();
    expect(await page.getByLabel('State').inputValue()).toBe('nonsense');
  });
});

describe('the life of a message', () => {
  it('is told from the event to the receipt, with the audit trail', async () => {
    const { message_id, session_id } = await host.converse('tell me your life');
    const { page, goTo } = await openConsole(browser, host, { role: 'viewer', at: `messages/${message_id}` });
    const moments = page.locator('.timeline > li');
    await expect
      .poll(() => moments.locator('h3').allInnerTexts())
      .toEqual(['The event came in', 'The message was recorded', 'It was answered', 'Answer']);
    expect(await moments.first().innerText()).toMatch(/The platform sent it\s+once/);
    await moments.last().getByText('sent', { exact: true }).waitFor();
    expect(await moments.last().innerText()).toMatch(/tell me your life[\s\S]*Attempts\s+1[\s\S]*Receipt/);
    await row(page, 'message.decided').getByText('answered', { exact: true }).waitFor();
    await row(page, 'delivery.finished').waitFor();
    expect(await page.getByRole('link', { name: session_id.slice(0, 9) }).getAttribute('href')).toBe(`#/sessions/${session_id}`);
    // Its delivery has a life as well, and leads back.
    await moments.last().getByRole('link').click();
    await page.getByRole('heading', { name: 'What is sent' }).waitFor();
    await page.locator('.fact', { hasText: 'Answers' }).getByRole('link').click();
    await expect.poll(() => place(page)).toBe(`#/messages/${message_id}`);
    await goTo('messages/nothing');
    await page.getByRole('alert').getByText('There is no message nothing.').waitFor();
  });

  it('goes on while it is looked at: an answer from here reaches the person', async () => {
    const person = await openPerson(browser, host);
    await person.say('answer me');
    const { id } = await messageIn(host, 'answer me', 'answered');
    const { page } = await openConsole(browser, host, { role: 'operator', at: `messages/${id}` });
    await page.getByLabel('Your answer').fill('with pleasure');
    await button(page, 'Send').click();
    await page.locator('.timeline > li').filter({ hasText: 'with pleasure' }).getByText('sent', { exact: true }).waitFor();
    expect(await page.getByLabel('Your answer').inputValue()).toBe('');
    await expect.poll(person.heard).toEqual(['answer me', 'with pleasure']);
    expect(await page.locator('.timeline > li').last().innerText()).toMatch(/Answer, part 2[\s\S]*Written by\s+token:operator/);
  });

  it('holds an answer once, also when the first request got no answer and the operator tries again', async () => {
    const person = await openPerson(browser, host);
    await person.say('once is enough');
    const { id } = await messageIn(host, 'once is enough', 'answered');
    const { page } = await openConsole(browser, host, { role: 'operator', at: `messages/${id}` });
    let lost = 0;
    await page.route('**/api/messages', async (route) => {
      if (lost++ > 0) return route.continue();
      await route.fetch();
      await route.abort();
    });
    await page.getByLabel('Your answer').fill('exactly once');
    await button(page, 'Send').click();
    await page.getByText('Sent again unchanged, it goes out once.').waitFor();
    expect(await page.getByLabel('Your answer').inputValue()).toBe('exactly once');
    await button(page, 'Send').click();
    await expect.poll(() => page.getByLabel('Your answer').inputValue()).toBe('');
    expect(lost).toBe(2);
    // The same words, written anew, are another message.
    await page.getByLabel('Your answer').fill('exactly once');
    await button(page, 'Send').click();
    await expect.poll(person.heard).toEqual(['once is enough', 'exactly once', 'exactly once']);
    const sent = await rows(host, 'direction=outbound');
    expect(sent.filter(({ text }) => text === 'exactly once')).toHaveLength(2);
  });

  it('gives the files that came with it', async () => {
    const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);
    const attachment = await host.sendFile(1, { file_name: 'plan.bin', mime_type: 'application/octet-stream', file_size: 6 }, bytes);
    const { page } = await openConsole(browser, host, { role: 'viewer', at: `messages/${attachment.split('.')[0]}` });
    const link = page.getByRole('link', { name: 'plan.bin' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('plan.bin');
    expect(await readFile(await download.path())).toEqual(bytes);
    expect(place(page)).toBe(`#/messages/${attachment.split('.')[0]}`);
  });
});

describe('a session', () => {
  it('is taken over, written to, released: meanwhile the person is recorded and not answered', async () => {
    const person = await openPerson(browser, host);
    await person.say('before');
    const { session_id } = await messageIn(host, 'before', 'answered');
    const { page, goTo } = await openConsole(browser, host, { role: 'operator', at: 'sessions?channel_id=webchat' });
    await page.locator(`a[href="#/sessions/${session_id}"]`).click();
    const turns = page.locator('.turns > li');
    await expect.poll(() => turns.count()).toBe(2);
    expect(await page.getByLabel('Write to the person').count()).toBe(0);

    await button(page, 'Take over').click();
    const dialog = page.getByRole('dialog', { name: 'Take the conversation over?' });
    await dialog.getByText('recorded and shown here, not run').waitFor();
    await button(page, 'Cancel').click();
    await dialog.waitFor({ state: 'detached' });
    expect((await host.admin(`/api/sessions/${session_id}`)).body.held_by).toBeNull();
    await button(page, 'Take over').click();
    await button(page, 'Take it over').click();
    await page.getByText('You hold this conversation.').waitFor();

    await person.say('is there a person?');
    const asked = turns.filter({ hasText: 'is there a person?' });
    await asked.getByText('ignored', { exact: true }).waitFor();
    await asked.getByText('A person held the conversation: it was recorded, not run.').waitFor();
    await page.getByLabel('Write to the person').fill('here I am');
    await button(page, 'Send').click();
    await expect.poll(person.heard).toEqual(['before', 'here I am']);
    await turns.filter({ hasText: 'here I am' }).getByText('sent', { exact: true }).waitFor();
    expect(await turns.evaluateAll((all) => all.map((each) => each.className))).toEqual([
      'turn turn-inbound',
      'turn turn-outbound',
      'turn turn-inbound',
      'turn turn-outbound',
    ]);

    const other = await openConsole(browser, host, { role: 'operator', at: `sessions/${session_id}` });
    await other.page.getByText(/token:operator \d+ holds this conversation\./).waitFor();

    await button(page, 'Release').click();
    await button(page, 'Take over').waitFor();
    await person.say('after');
    await expect.poll(person.heard).toEqual(['before', 'here I am', 'after']);
    await turns.filter({ hasText: 'after' }).first().waitFor();
    await goTo(`messages?session_id=${session_id}`);
    await row(page, 'here I am').waitFor();
    expect(await page.getByRole('row').count()).toBe(7);
  });

  it('is closed after a question; the next message begins another', async () => {
    const person = await openPerson(browser, host);
    await person.say('the first of two');
    const { session_id } = await messageIn(host, 'the first of two', 'answered');
    const { page } = await openConsole(browser, host, { role: 'operator', at: `sessions/${session_id}` });
    await button(page, 'Close').click();
    await page.getByRole('dialog').getByText('begins a new session').waitFor();
    await button(page, 'Close it').click();
    await page.locator('.fact', { hasText: 'State' }).getByText('closed', { exact: true }).waitFor();
    expect(await button(page, 'Take over').count()).toBe(0);
    await person.say('the second of two');
    expect((await messageIn(host, 'the second of two', 'answered')).session_id).not.toBe(session_id);
  });

  it('is not what a viewer changes', async () => {
    const { session_id } = await host.converse('only read');
    await host.admin(`/api/sessions/${session_id}/takeover`, { method: 'POST' });
    const { page } = await openConsole(browser, host, { role: 'viewer', at: `sessions/${session_id}` });
    await page.getByText('token:admin holds this conversation.').waitFor();
    await page.getByText('To take this conversation over, log in with a token of the role operator.').waitFor();
    for (const name of ['Release', 'Take over', 'Close', 'Send']) expect(await button(page, name).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Export or erase this person' }).count()).toBe(0);
  });
});
