/** A person in front of the web chat, what the host has of the conversation, and where it stands in the console. */
import type { Browser, Page } from 'playwright-core';
import type { AdminHost } from '../host/admin/harness.ts';
import { SECRET, textUpdate } from '../support/telegram-home.ts';
import { until } from '../support/until.ts';
import { visit } from './browser.ts';

// biome-ignore lint/suspicious/noExplicitAny: messages as the API shows them
export type Row = any;

export const rows = async (host: AdminHost, query: string): Promise<Row[]> =>
  (await host.admin(`/api/messages?limit=500&${query}`)).body.items;

/** The message with exactly this text, once it is in this state. */
export const messageIn = async (host: AdminHost, text: string, state: string, direction = 'inbound'): Promise<Row> => {
  const isIt = (row: Row) => row.text === text && row.state === state;
  const found = await until(
    () => rows(host, `direction=${direction}`),
    (all) => all.some(isIt),
    `"${text.slice(0, 40)}" is ${state}`,
  );
  return found.find(isIt);
};

export interface Person {
  page: Page;
  say(text: string): Promise<void>;
  /** What the person was told, in order. */
  heard(): Promise<string[]>;
}

export const openPerson = async (browser: Browser, host: AdminHost): Promise<Person> => {
  const { page } = await visit(browser, `${host.url}/chat`);
  const box = page.getByRole('textbox', { name: 'Message' });
  return {
    page,
    async say(text) {
      await box.fill(text);
      await box.press('Enter');
    },
    heard: () => page.locator('.message-answer .bubble').allInnerTexts(),
  };
};

let update_id = 100;

/** Somebody writes to the bot `files`, which echoes; their first name may be anything. */
export const tellBot = async (host: AdminHost, text: string, chat: number, first_name = 'Ada'): Promise<void> => {
  const update = textUpdate(++update_id, text, chat, { from: { id: chat, is_bot: false, first_name } });
  await host.room.telegram.deliver(`${host.url}/webhooks/files`, update, { secret: SECRET });
};

/** A delivery of the bot `files` that nobody knows the fate of. */
export const unknownDelivery = async (host: AdminHost, text: string, chat: number): Promise<Row> => {
  host.room.telegram.script.next('sendMessage', { kind: 'reset', effective: true });
  await tellBot(host, text, chat);
  return messageIn(host, text, 'unknown', 'outbound');
};

/** A delivery of the bot `files` to somebody who blocked it. */
export const deadDelivery = async (host: AdminHost, text: string, chat: number): Promise<Row> => {
  host.room.telegram.blocked.add(String(chat));
  await tellBot(host, text, chat);
  return messageIn(host, text, 'dead', 'outbound');
};

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
/** What stands after the address of the console. */
export const place = (page: Page): string => decodeURIComponent(new URL(page.url()).hash);
