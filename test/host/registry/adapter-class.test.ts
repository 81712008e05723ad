import { describe, expect, it } from 'vitest';
import { parseAdapterClass } from '../../../host/registry/adapter-class.ts';

const NAMES = new Map([
  ['telegram', 'TelegramAdapter'],
  ['whatsapp_twilio', 'WhatsAppTwilioAdapter'],
]);
const parse = (text: string) => parseAdapterClass(text, NAMES);

it.each([
  ['telegram#TelegramAdapter', { kind: 'builtin', builtin: 'telegram', export_name: 'TelegramAdapter', old_form: false }],
  [
    'agentos.communicationos.channels.telegram.TelegramAdapter',
    { kind: 'builtin', builtin: 'telegram', export_name: 'TelegramAdapter', old_form: true },
  ],
  ['telegram.TelegramAdapter', { kind: 'builtin', builtin: 'telegram', export_name: 'TelegramAdapter', old_form: true }],
  ['./adapter.ts#MyAdapter', { kind: 'folder', entry: 'adapter.ts', export_name: 'MyAdapter' }],
  ['./src/my adapter.mjs#$Adapter_2', { kind: 'folder', entry: 'src/my adapter.mjs', export_name: '$Adapter_2' }],
])('%s', (text, expected) => {
  expect(parse(text)).toEqual(expected);
});

describe('refused, with what was meant', () => {
  it.each([
    ['TelegramAdapter', 'Did you mean "telegram#TelegramAdapter"?'],
    ['telegram', 'Did you mean "telegram#TelegramAdapter"?'],
    ['telegram#TelegrammAdapter', 'Did you mean "telegram#TelegramAdapter"?'],
    ['tg#TelegramAdapter', 'Did you mean "telegram#TelegramAdapter"?'],
    ['agentos.channels.whatsap_twilio.WhatsAppTwilioAdapter', 'Did you mean "whatsapp_twilio#WhatsAppTwilioAdapter"?'],
    ['slack#SlackAdapter', 'Built in: telegram#TelegramAdapter, whatsapp_twilio#WhatsAppTwilioAdapter.'],
    ['adapter.ts#MyAdapter', 'Begin it with "./"'],
    ['adapter.ts', './adapter.ts#MyAdapter'],
    ['./adapter.ts', '"./adapter.ts#MyAdapter"'],
    ['./adapter.ts#', './adapter.ts#MyAdapter'],
    ['./adapter.ts#default', './adapter.ts#MyAdapter'],
    ['./adapter.ts#a b', './adapter.ts#MyAdapter'],
    ['./adapter.py#MyAdapter', '.ts, .mts'],
    ['./../../etc/x.js#A', 'inside the folder'],
    ['./lib/../../x.js#A', 'inside the folder'],
    ['./a\\..\\x.js#A', 'inside the folder'],
    ['/etc/x.js#A', 'Begin it with "./"'],
    ['../x.js#A', 'Begin it with "./"'],
    ['./a.ts#A#B', './adapter.ts#MyAdapter'],
    ['https://evil.example/x.js#A', 'Begin it with "./"'],
    ['__proto__#constructor', 'Built in:'],
    ['', 'Built in:'],
  ])('%j', (text, hint) => {
    const parsed = parse(text);
    expect(parsed).toMatchObject({ kind: 'invalid', hint: expect.stringContaining(hint) });
  });
});
