/** What each built-in plugin is tried with: events as its platform sends them, each a message of its own, and the platform's answers. */
import type { Update } from 'grammy/types';
import { type EventFixture, eventOf, type Fixtures } from '../../host/conformance/fixtures.ts';
import * as updates from '../plugins/telegram/fixtures/updates.ts';
import * as forms from '../plugins/whatsapp_twilio/fixtures/forms.ts';

const isUpdate = (value: unknown): value is Update => Object.hasOwn(value as object, 'update_id');

/** The fixtures of the adapter's own tests share one message number. */
const numbered = (update: Update): object => {
  const [kind, content] = Object.entries(update).find(([key]) => key !== 'update_id') ?? ['', {}];
  const message_id = 10_000 + update.update_id;
  return { ...update, [kind]: { ...content, ...('message_id' in content ? { message_id } : {}) } };
};

const telegram = (): EventFixture[] =>
  Object.entries(updates).flatMap(([name, value]) =>
    isUpdate(value) ? [{ file: name, event: eventOf({ body: numbered(value) }, '/webhooks/telegram'), expect: null }] : [],
  );

const twilio = (): EventFixture[] =>
  ([forms.text, forms.image, forms.voice, forms.tenFiles, forms.location, forms.button, forms.delivered, forms.failed] as const).map(
    (fields, index) => ({
      file: `form ${index}`,
      event: eventOf({ form: forms.asForm({ ...fields, MessageSid: `SM100${index}` }) }, '/webhooks/whatsapp/twilio'),
      expect: null,
    }),
  );

const webchat = (): EventFixture[] =>
  ['1', '2'].map((client_message_id) => ({
    file: `message ${client_message_id}`,
    event: eventOf({ body: { user_key: 'v', client_message_id, text: 'hi' } }, ''),
    expect: [{ message_id: `v:${client_message_id}`, text: 'hi' }],
  }));

const answered = (method: string, result: unknown) => ({ path: `*/${method}`, body: { ok: true, result } });

export const BUILTIN_FIXTURES: Readonly<Record<string, () => Partial<Fixtures>>> = {
  telegram: () => ({
    events: telegram(),
    answers: [
      answered('getMe', { id: updates.BOT.id, is_bot: true, first_name: 'Comm', username: updates.BOT.username }),
      answered('getWebhookInfo', { url: '', has_custom_certificate: false, pending_update_count: 0 }),
      answered('setWebhook', true),
      answered('answerCallbackQuery', true),
      answered('sendMessage', { message_id: 1, date: updates.DATE, chat: updates.direct, text: '' }),
    ],
  }),
  whatsapp_twilio: () => ({
    events: twilio(),
    answers: [
      { method: 'POST', path: '*/Messages.json', status: 201, body: { sid: 'SM9001', status: 'queued', error_code: null } },
      { method: 'GET', path: '*.json', body: { status: 'active' } },
    ],
  }),
  webchat: () => ({ events: webchat() }),
};
