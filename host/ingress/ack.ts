/** The acknowledgement that a manifest declares. The plugin has no say in it: the platform gets it before the plugin runs. */
import type { Webhook } from '../../schemas/manifest.ts';
import type { Answer } from './answer.ts';

export interface AckSource {
  /** Values of the channel's configuration, without secrets. */
  config: Record<string, unknown>;
  form?: Record<string, string[]> | undefined;
  /** The parsed body; called only for the named acknowledgements. */
  json?: (() => unknown) | undefined;
}

type Ack = NonNullable<Webhook['ack']>;

const JSON_TYPE = 'application/json';
const answer = (body: unknown): Answer => ({ status: 200, content_type: JSON_TYPE, body: JSON.stringify(body) });

/** Discord's kinds of interaction → the kind of answer that says "later" without showing anything wrong. */
const DISCORD_LATER: Record<number, unknown> = {
  2: { type: 5 }, // command → deferred message
  3: { type: 6 }, // component → deferred update
  4: { type: 8, data: { choices: [] } }, // autocomplete → no suggestions
  5: { type: 5 }, // modal → deferred message
};

/** https://discord.com/developers/docs/interactions/receiving-and-responding */
const discordInteraction = (json: unknown): Answer => {
  const type = typeof json === 'object' && json !== null ? (json as Record<string, unknown>).type : undefined;
  return answer((typeof type === 'number' && DISCORD_LATER[type]) || { type: 5 });
};

const XML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Characters outside XML 1.0 §2.2 (half surrogate pairs too) cannot be written even as references, so they are left out. */
const xmlText = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (character) => XML_ENTITIES[character] as string);

/** Without a text the element around the placeholder goes too: an empty `<Message>` would still be sent and billed. */
const withText = (body: string, placeholder: string, text: string): string => {
  if (text !== '') return body.replace(placeholder, () => xmlText(text));
  const [before = '', after = ''] = body.split(placeholder);
  const opening = /<([A-Za-z]+)>\s*$/.exec(before);
  const closing = opening && new RegExp(`^\\s*</${opening[1]}>`).exec(after);
  const left = opening && closing ? before.slice(0, opening.index) + after.slice(closing[0].length) : before + after;
  return left.replace(/<([A-Za-z]+)><\/\1>/, '<$1/>');
};

/** A status callback is acknowledged without text: a text would answer our own message. */
const isStatusCallback = (form: AckSource['form']): boolean => form?.MessageStatus !== undefined && form.MessageStatus[0] !== 'received';

const declared = (ack: Exclude<Ack, string>, { config, form }: AckSource): Answer => {
  const { status = 200, content_type = JSON_TYPE, body = '', text_field } = ack;
  if (text_field === undefined) return { status, content_type, body };
  const value = config[text_field];
  const text = typeof value === 'string' && !isStatusCallback(form) ? value.trim() : '';
  return { status, content_type, body: withText(body, `{${text_field}}`, text) };
};

/** Never throws. Without an `ack` in the manifest: 200 and `{"status":"ok"}`. */
export const acknowledge = (ack: Ack | undefined, source: AckSource): Answer => {
  if (ack === undefined) return answer({ status: 'ok' });
  if (ack === 'slack_interactive') return { status: 200, content_type: 'text/plain', body: '' };
  return ack === 'discord_interaction' ? discordInteraction(source.json?.()) : declared(ack, source);
};
