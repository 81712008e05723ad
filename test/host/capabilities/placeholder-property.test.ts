/** Whatever a plugin writes, its placeholder never leaves, and its secret leaves in the declared place only. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRecordingEgress, openFetch } from './harness.ts';

const API = 'https://api.example';
const SECRET = '4711:the-real-thing';

const hex = (char: string, width: number) => char.charCodeAt(0).toString(16).padStart(width, '0');
const everyChar = (text: string, encode: (char: string) => string) => [...text].map(encode).join('');
const spellings: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => everyChar(text, (char) => `%${hex(char, 2)}`),
  (text) => everyChar(text, (char) => `%25${hex(char, 2)}`),
  (text) => everyChar(text, (char) => `\\u${hex(char, 4)}`),
  (text) => text.replace('e', '%65').replace('c', '\\u0063'),
  (text) => text.slice('secret_'.length),
  (text) => JSON.stringify(JSON.stringify(text)),
];

type Write = (word: string, around: string, key: string) => Record<string, unknown>;
/** A URL is written with its backslashes encoded: the parser would take them for slashes, and no receiver for the word. */
const positions: Write[] = [
  (word) => ({ url: `${API}/${encodeURI(word)}` }),
  (word) => ({ url: `${API}/bot${encodeURI(word)}` }),
  (word, around) => ({ url: `${API}/bot${encodeURI(word)}x${encodeURIComponent(around)}/getMe` }),
  (word, around) => ({ url: `${API}/x?${encodeURIComponent(around)}=${encodeURI(word)}` }),
  (word) => ({ url: `${API}/x?${encodeURI(word)}` }),
  (word) => ({ url: `https://${word}.example/` }),
  (word) => ({ url: `${API}/`, headers: { 'x-a': word } }),
  (word) => ({ url: `${API}/`, headers: { [word]: 'x' } }),
  (word, around) => ({ url: `${API}/send`, method: 'POST', body: around + word + around }),
  (word, around, key) => ({ url: `${API}/send`, method: 'POST', json: { [key]: [{ text: around + word }] } }),
  (word, around) => ({ url: `${API}/send`, method: 'POST', json: { [around + word]: 1 } }),
  (word) => ({ url: `${API}/hook`, method: 'POST', json: { other: word } }),
  (word, around, key) => ({ url: `${API}/send`, method: 'POST', form: { [key]: [around, word] } }),
  (word, around) => ({ url: `${API}/send`, method: 'POST', form: { [word + around]: 'x' } }),
];

test('a placeholder never leaves, in any position and any spelling', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...positions),
      fc.constantFrom(...spellings),
      fc.string({ maxLength: 20 }),
      fc.string({ minLength: 1, maxLength: 8 }),
      async (write, spell, around, key) => {
        const egress = createRecordingEgress();
        const plugin = openFetch({
          egress,
          network: [
            {
              url: API,
              credentials: [
                { secret: 'bot_token', at: 'path', form: '/bot{}/' },
                { secret: 'bot_token', at: 'body:/token', path: '/hook' },
              ],
            },
          ],
          secrets: { bot_token: SECRET },
        });
        const word = plugin.placeholder('bot_token');
        const refusal = await plugin.refusal(write(spell(word), around, key));
        expect(['SECRET_MISPLACED', 'NETWORK_NOT_GRANTED', 'INVALID_PARAMS', 'HEADER_NOT_ALLOWED']).toContain(refusal.code);
        expect(egress.requests).toEqual([]);
      },
    ),
    { numRuns: 600 },
  );
});

test('text that merely looks like a placeholder leaves as it is, and the secret never with it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 }),
      async (around, random) => {
        const egress = createRecordingEgress();
        const plugin = openFetch({
          egress,
          network: [{ url: API, credentials: [{ secret: 'bot_token', at: 'path', form: '/bot{}/' }] }],
          secrets: { bot_token: SECRET },
        });
        const text = `${around}secret_${random}`;
        await plugin.fetch({ url: `${API}/botsecret_${random}/send`, method: 'POST', json: { text } });
        expect(egress.requests[0]?.body).toBe(JSON.stringify({ text }));
        expect(JSON.stringify(egress.requests[0])).not.toContain('the-real-thing');
      },
    ),
    { numRuns: 200 },
  );
});
