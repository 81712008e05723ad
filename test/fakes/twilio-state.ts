/** What a simulated Twilio remembers and does: one account, its messages, its media. */
import { randomBytes } from 'node:crypto';
import { jsonReply, type RecordedCall, type Reply } from './provider.ts';

export interface SentSms {
  sid: string;
  form: Record<string, string>;
}

export interface TwilioState {
  account_sid: string;
  auth_token: string;
  /** E.164; any when undefined. */
  senders: string[] | undefined;
  /** In the order Twilio took them, whatever the client was told. */
  sent: SentSms[];
  opted_out: Set<string>;
  media: Map<string, { bytes: Buffer; content_type: string }>;
}

export const newSid = (prefix: string) => prefix + randomBytes(16).toString('hex');

export const accountPath = ({ account_sid }: TwilioState) => `/2010-04-01/Accounts/${account_sid}`;

export const refusal = (status: number, code: number, message: string, headers?: Record<string, string>): Reply =>
  jsonReply(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, headers);

const formProblem = ({ senders, opted_out }: TwilioState, form: Record<string, string>): Reply | undefined => {
  const to = form.To?.replace(/^whatsapp:/, '');
  const from = form.From?.replace(/^whatsapp:/, '') ?? '';
  if (!to) return refusal(400, 21604, "A 'To' phone number is required.");
  if (!/^\+\d{5,15}$/.test(to)) return refusal(400, 21211, "Invalid 'To' Phone Number");
  if (senders !== undefined && !senders.includes(from)) {
    return refusal(400, 63007, 'Twilio could not find a Channel with the specified From address');
  }
  if (!form.Body && !form.MediaUrl) return refusal(400, 21619, 'A text message body or media urls must be specified.');
  if ((form.Body ?? '').length > 1600) return refusal(400, 21617, 'The concatenated message body exceeds the 1600 character limit');
  return opted_out.has(to) ? refusal(400, 21610, 'Attempt to send to unsubscribed recipient') : undefined;
};

const createMessage = (state: TwilioState, { body }: RecordedCall): Reply => {
  const form = Object.fromEntries(new URLSearchParams(body));
  const problem = formProblem(state, form);
  if (problem !== undefined) return problem;
  const sid = newSid('SM');
  state.sent.push({ sid, form });
  return jsonReply(201, {
    sid,
    account_sid: state.account_sid,
    status: 'queued',
    to: form.To,
    from: form.From,
    body: form.Body ?? '',
    num_segments: '1',
    num_media: form.MediaUrl ? '1' : '0',
    error_code: null,
    error_message: null,
    uri: `${accountPath(state)}/Messages/${sid}.json`,
  });
};

/** Where media redirects to; not under the account, as Twilio's is another host. */
const CDN = '/cdn/';

const isAuthorised = ({ account_sid, auth_token }: TwilioState, { headers }: RecordedCall): boolean =>
  headers.authorization === `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`;

export const carryOut = (state: TwilioState, call: RecordedCall, url: string): Reply => {
  const path = call.path.split('?')[0] as string;
  const account = accountPath(state);
  const stored = path.startsWith(CDN) ? state.media.get(path.slice(CDN.length)) : undefined;
  if (stored !== undefined) return { status: 200, body: stored.bytes, headers: { 'content-type': stored.content_type } };
  if (!isAuthorised(state, call)) return refusal(401, 20003, 'Authenticate');
  if (path === `${account}.json`) return jsonReply(200, { sid: state.account_sid, status: 'active', friendly_name: 'Test' });
  if (path === `${account}/Messages.json` && call.http_method === 'POST') return createMessage(state, call);
  const file = /\/Media\/(ME[0-9a-f]{32})$/.exec(path)?.[1];
  if (file !== undefined && state.media.has(file)) return { status: 307, body: '', headers: { location: url + CDN + file } };
  return refusal(404, 20404, `The requested resource ${path} was not found`);
};
