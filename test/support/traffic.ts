/** Many people at once, each of whom sends one message after the other, as a platform delivers them. */
import type { FakeTelegram } from '../fakes/telegram.ts';
import { SECRET, textUpdate } from './telegram-home.ts';

export interface Sent {
  update: object;
  text: string;
  chat: number;
}

export interface TrafficOptions {
  conversations: number;
  each: number;
  /** Of the first update; the others follow. */
  first_id?: number;
}

/** Text and update of each message, by conversation: `c7 n3` is the third message of the seventh conversation. */
export const makeTraffic = ({ conversations, each, first_id = 1 }: TrafficOptions): Sent[][] =>
  Array.from({ length: conversations }, (_, conversation) =>
    Array.from({ length: each }, (_none, number) => {
      const text = `c${conversation} n${number}`;
      const chat = 1000 + conversation;
      return { update: textUpdate(first_id + conversation * each + number, text, chat), text, chat };
    }),
  );

/** The answer's status; null when the host was gone. */
export const deliverTo = (telegram: FakeTelegram, url: string, update: object): Promise<number | null> =>
  telegram.deliver(url, update, { secret: SECRET }).then(
    ({ status }) => status,
    () => null,
  );

/** Delivers each conversation in order, `at_once` conversations at a time, until one is not acknowledged. Calls back for each 200. */
export const deliverAll = async (
  telegram: FakeTelegram,
  url: string,
  traffic: readonly (readonly Sent[])[],
  { at_once, onAcknowledged }: { at_once: number; onAcknowledged(sent: Sent): void },
): Promise<void> => {
  const left = [...traffic];
  const work = async (): Promise<void> => {
    for (let conversation = left.shift(); conversation; conversation = left.shift()) {
      for (const sent of conversation) {
        if ((await deliverTo(telegram, url, sent.update)) !== 200) break;
        onAcknowledged(sent);
      }
    }
  };
  await Promise.all(Array.from({ length: at_once }, work));
};

/** How often each text reached a person. */
export const arrivals = (telegram: FakeTelegram): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { params } of telegram.sent) counts.set(String(params.text), (counts.get(String(params.text)) ?? 0) + 1);
  return counts;
};

/** The texts that reached one conversation, in the order of their arrival. */
export const arrivedIn = (telegram: FakeTelegram, chat: number): string[] =>
  telegram.sent.flatMap(({ params }) => (String(params.chat_id) === String(chat) ? [String(params.text)] : []));
