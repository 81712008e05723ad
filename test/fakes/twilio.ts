/**
 * A simulated Twilio on loopback: the Messages resource, the account, media, and signed webhooks.
 * Not modelled: API keys, Messaging Services, templates, the 24 h window, its own pace limits,
 * carriers. Delivery states change only when the test delivers them.
 */
import { createHmac } from 'node:crypto';
import { type Delivered, type Provider, post, type Reply, startProvider } from './provider.ts';
import { accountPath, carryOut, newSid, refusal, type TwilioState } from './twilio-state.ts';

export type { SentSms } from './twilio-state.ts';

export interface FakeTwilioOptions {
  account_sid: string;
  auth_token: string;
  /** The account's WhatsApp senders, E.164; any when left out. */
  senders?: string[];
}

export type Form = Record<string, string | string[]>;

export interface DeliverOptions {
  /** The address that Twilio was given, when it is not the one it is posted to (a proxy in between). */
  signed_url?: string;
  /** Another signature; `null` sends none. */
  signature?: string | null;
}

/** `sent`: what Twilio took. `opted_out`: E.164 numbers that answered STOP. */
export interface FakeTwilio extends Provider, Pick<TwilioState, 'sent' | 'opted_out'> {
  /** Stores a file; the answer is its address as `MediaUrl0` names it. */
  addMedia(bytes: Buffer, content_type: string): string;
  /** Posts a webhook form, signed. `AccountSid` is added. */
  deliver(url: string, form: Form, options?: DeliverOptions): Promise<Delivered>;
  /** Reports what became of a message. */
  report(url: string, sid: string, status: string, extra?: Form): Promise<Delivered>;
}

const encode = (form: Form): string => {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) for (const one of [value].flat()) encoded.append(name, one);
  return encoded.toString();
};

/** Twilio's own side of the signature, written apart from the code that checks it. */
export const signAsTwilio = (auth_token: string, url: string, form: Form): string => {
  let text = url;
  for (const name of Object.keys(form).sort()) {
    for (const value of Array.from(new Set([form[name] ?? []].flat())).sort()) text += name + value;
  }
  return createHmac('sha1', auth_token).update(text).digest('base64');
};

const rateLimited = (retry_after: number | undefined): Reply =>
  refusal(429, 20429, 'Too Many Requests', retry_after === undefined ? {} : { 'retry-after': String(retry_after) });

const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

export const startFakeTwilio = async ({ account_sid, auth_token, senders }: FakeTwilioOptions): Promise<FakeTwilio> => {
  const state: TwilioState = { account_sid, auth_token, senders, sent: [], opted_out: new Set(), media: new Map() };
  const provider: Provider = await startProvider({
    operationOf: (path) => path.split('?')[0]?.split('/').pop() ?? '',
    carryOut: (call) => carryOut(state, call, provider.url),
    refuse: (behaviour) => {
      if (behaviour.kind === 'unauthorized') return refusal(401, 20003, 'Authenticate');
      if (behaviour.kind === 'blocked') return refusal(400, 21610, 'Attempt to send to unsubscribed recipient');
      return rateLimited(behaviour.retry_after);
    },
  });
  const deliver: FakeTwilio['deliver'] = (url, form, { signed_url = url, signature } = {}) => {
    const full: Form = { AccountSid: account_sid, ...form };
    const chosen = signature === undefined ? signAsTwilio(auth_token, signed_url, full) : signature;
    return post(url, { ...FORM_TYPE, ...(chosen === null ? {} : { 'x-twilio-signature': chosen }) }, encode(full));
  };
  return {
    ...provider,
    sent: state.sent,
    opted_out: state.opted_out,
    addMedia: (bytes, content_type) => {
      const sid = newSid('ME');
      state.media.set(sid, { bytes, content_type });
      return `${provider.url}${accountPath(state)}/Messages/${newSid('MM')}/Media/${sid}`;
    },
    deliver,
    report: (url, sid, status, extra = {}) =>
      deliver(url, { MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status, ...extra }),
  };
};
