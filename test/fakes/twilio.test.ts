import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilioSdk from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeTwilio, startFakeTwilio } from './twilio.ts';

const ACCOUNT = 'AC00000000000000000000000000000001';
const TOKEN = 'auth-token';

let twilio: FakeTwilio;
beforeEach(async () => {
  twilio = await startFakeTwilio({ account_sid: ACCOUNT, auth_token: TOKEN, senders: ['+14155238886'] });
});
afterEach(() => twilio.close());

/** Twilio's own client, its requests turned to the simulated provider. */
const client = (token = TOKEN) => {
  const sdk = twilioSdk(ACCOUNT, token);
  const request = sdk.httpClient.request.bind(sdk.httpClient);
  sdk.httpClient.request = (options) => request({ ...options, uri: options.uri.replace('https://api.twilio.com', twilio.url) });
  return sdk;
};
const message = (part = {}) => ({ to: 'whatsapp:+43660123456', from: 'whatsapp:+14155238886', body: 'hello', ...part });

describe("Twilio's own client", () => {
  it('sends and reads the account', async () => {
    const sent = await client().messages.create(message());
    expect(sent).toMatchObject({ sid: twilio.sent[0]?.sid, status: 'queued', errorCode: null });
    expect((await client().api.v2010.accounts(ACCOUNT).fetch()).status).toBe('active');
  });

  it.each([
    [20003, () => client('wrong').messages.create(message())],
    [21211, () => client().messages.create(message({ to: 'whatsapp:nobody' }))],
    [21617, () => client().messages.create(message({ body: 'x'.repeat(1601) }))],
    [63007, () => client().messages.create(message({ from: 'whatsapp:+1999' }))],
  ])('is told the error %i', async (code, call) => {
    await expect(call()).rejects.toMatchObject({ code });
  });

  it('is told that a person opted out, and to wait', async () => {
    twilio.opted_out.add('+43660123456');
    await expect(client().messages.create(message())).rejects.toMatchObject({ code: 21610 });
    twilio.script.next('Messages.json', { kind: 'rate_limited', retry_after: 2 });
    await expect(client().messages.create(message())).rejects.toMatchObject({ status: 429, code: 20429 });
  });
});

it("signs its webhooks so that Twilio's own library takes them, repeated names too", async () => {
  const valid: boolean[] = [];
  const receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fields = new URLSearchParams(Buffer.concat(chunks).toString());
    const params = Object.fromEntries([...new Set(fields.keys())].map((name) => [name, fields.getAll(name)]));
    valid.push(twilioSdk.validateRequest(TOKEN, String(request.headers['x-twilio-signature']), url, params));
    response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?a=1`;
  expect(await twilio.deliver(url, { MessageSid: 'SM1', Body: 'über + &', Twice: ['b', 'a', 'b'] })).toMatchObject({
    status: 200,
    body: '<Response/>',
  });
  await twilio.report(url, 'SM1', 'delivered');
  await twilio.deliver(url, { MessageSid: 'SM1' }, { signature: 'wrong' });
  await twilio.deliver(url, { MessageSid: 'SM1' }, { signed_url: 'https://other.example/hook' });
  expect(valid).toEqual([true, true, false, false]);
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});
