/** The capability `mail`: one mail by the server that the operator configured, through the one door out. */
import { compile } from '../../schemas/compile.ts';
import { MailRequest } from '../../schemas/mail.ts';
import type { SocketEgress } from '../egress/egress.ts';
import type { Clock } from '../lib/clock.ts';
import { CapabilityError, type CapabilityHandler, type Json } from '../sandbox/confined.ts';
import type { ConfigValues } from './config-reference.ts';
import { isAddress, readMailSettings } from './mail-settings.ts';
import { sendOver } from './mail-transport.ts';
import type { Placeholders } from './placeholders.ts';

export interface MailDeps {
  sockets: SocketEgress;
  /** Without secrets. */
  values: ConfigValues;
  placeholders: Placeholders;
  clock: Clock;
  newId: () => string;
  /** Asked before each mail: true, or why the network mode refuses it. */
  allowed: () => boolean | string;
  /** Authorities to trust instead of the system's, PEM. */
  ca?: string | undefined;
}

const CONNECT_MS = 10_000;
const SEND_MS = 25_000;
const MOST_RECIPIENTS = 50;
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029]/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const MIME_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/i;
const MESSAGE_ID = /^<[^\s<>]{1,994}>$/;

const check = compile(MailRequest);
const invalid = (message: string): CapabilityError => new CapabilityError('INVALID_PARAMS', message);

const checkAddresses = (mail: MailRequest): void => {
  const recipients = [...(mail.to ?? []), ...(mail.cc ?? []), ...(mail.bcc ?? [])];
  if (recipients.length === 0) throw invalid('The mail has no recipient.');
  if (recipients.length > MOST_RECIPIENTS) throw invalid(`The mail has more than ${MOST_RECIPIENTS} recipients.`);
  const wrong = [...recipients, ...(mail.reply_to === undefined ? [] : [mail.reply_to])].find((address) => !isAddress(address));
  if (wrong !== undefined) throw invalid(`${JSON.stringify(wrong)} is no mail address; give it alone, without a name.`);
};

/** What stands in a header is one line: a second would be a header of its own. */
const checkLines = (mail: MailRequest): void => {
  if (CONTROL.test(mail.subject)) throw invalid('The subject holds a line break or another control character.');
  if (mail.in_reply_to !== undefined && !MESSAGE_ID.test(mail.in_reply_to))
    throw invalid('in_reply_to is no Message-ID such as <id@example.com>.');
  for (const { file_name, mime_type, content_base64 } of mail.attachments ?? []) {
    if (CONTROL.test(file_name) || /[/\\]/.test(file_name)) throw invalid('The name of an attachment is no plain file name.');
    if (mime_type !== undefined && !MIME_TYPE.test(mime_type))
      throw invalid(`The type of ${file_name} is no MIME type without parameters.`);
    if (!BASE64.test(content_base64) || content_base64.length % 4 !== 0) throw invalid(`The content of ${file_name} is no base64.`);
  }
};

const parseMail = (args: Json): MailRequest => {
  const checked = check(args);
  if (!checked.ok) throw invalid(`The mail is not valid: ${checked.errors[0]?.pointer || 'it'} ${checked.errors[0]?.message}.`);
  const mail = checked.value;
  if (mail.text === undefined && mail.html === undefined) throw invalid('The mail has neither text nor html.');
  checkAddresses(mail);
  checkLines(mail);
  return mail;
};

/** A secret has no business in a mail. */
const refuseSecrets = (mail: MailRequest, placeholders: Placeholders): void => {
  const bytes = (mail.attachments ?? []).map(({ content_base64 }) => Buffer.from(content_base64, 'base64').toString('latin1'));
  const field = placeholders.find([JSON.stringify(mail), ...bytes].join('\n'));
  if (field !== null) throw new CapabilityError('SECRET_MISPLACED', `The secret config.${field} stands in the mail. Leave it out.`);
};

const refuseMode = (verdict: boolean | string): void => {
  if (verdict !== true) throw new CapabilityError('NETWORK_MODE_BLOCKED', String(verdict || 'The network mode does not allow mail now.'));
};

/**
 * Args: a `MailRequest`. Answer: a `MailReceipt`. Rejects with a `CapabilityError` whose codes are those of `PluginMail`. The
 * connection is egress's: its address checked and pinned, and closed when the network mode closes.
 */
export const createMailCapability =
  (deps: MailDeps): CapabilityHandler =>
  async (args) => {
    const { sockets, values, placeholders, clock, newId, allowed, ca } = deps;
    refuseMode(allowed());
    const mail = parseMail(args);
    refuseSecrets(mail, placeholders);
    const settings = readMailSettings(values, placeholders.valueOf('password'));
    const { host, port, security, from } = settings;
    const opened = await sockets.openSocket({ host, port, tls: security === 'tls', effect: 'write', timeout_ms: CONNECT_MS });
    if (!opened.ok) throw new CapabilityError(opened.code, opened.message);
    const { socket } = opened;
    // One bound for the whole: each step has its own, and a slow server could use all of them up.
    const stop = clock.after(SEND_MS, () => socket.destroy());
    try {
      const message_id = `<${newId()}@${from.split('@')[1]}>`;
      const sent = await sendOver({ socket, settings, mail, message_id, timeout_ms: SEND_MS, ca });
      if (!sent.ok) throw new CapabilityError(sent.code, sent.message);
      return sent.receipt as unknown as Json;
    } finally {
      stop();
    }
  };
