import { createHash } from 'node:crypto';
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import type { VerifyRequest } from '../../../../host/ingress/verify/scheme.ts';
import { verifyTwilio } from '../../../../host/ingress/verify/twilio.ts';

// The package is CommonJS without named exports in ESM.
const { getExpectedTwilioSignature, validateRequest } = twilio;

const TOKEN = '12345';
const URL_WITH_QUERY = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const FIELDS = { CallSid: 'CA1234567890ABCDE', Caller: '+14158675309', Digits: '1234', From: '+14158675309', To: '+18005551212' };
const FORM = 'application/x-www-form-urlencoded';

type Fields = Record<string, string | string[]>;

const encode = (fields: Fields): Buffer => {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) encoded.append(name, one);
  return Buffer.from(encoded.toString());
};

const request = (part: Partial<VerifyRequest> & { signature?: string; type?: string }): VerifyRequest => {
  const { signature, type = FORM, ...rest } = part;
  const headers = { 'content-type': type, ...(signature === undefined ? {} : { 'x-twilio-signature': signature }) };
  return { method: 'POST', url: URL_WITH_QUERY, headers, body: Buffer.alloc(0), now: 0, ...rest };
};

const verify = (given: VerifyRequest, secrets = [TOKEN]) => verifyTwilio(given, secrets, { scheme: 'twilio' });

describe('a body that no signature covers', () => {
  const bare = getExpectedTwilioSignature(TOKEN, URL_WITH_QUERY, {});
  const forged = encode({ From: 'whatsapp:+1', Body: 'pay me' });

  it.each(['application/json', 'text/plain', '', 'multipart/form-data; boundary=x'])(
    'is refused as %j, although the address is signed',
    (type) => {
      expect(verify(request({ signature: bare, body: forged, type }))).toBe(false);
    },
  );

  it('is refused in a GET', () => expect(verify(request({ method: 'GET', signature: bare, body: forged }))).toBe(false));
});

describe('published signatures', () => {
  it('of a form with a query', () => {
    expect(verify(request({ signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', body: encode(FIELDS) }))).toBe(true);
  });

  it('of a form without a query', () => {
    const fields = { ...FIELDS, Caller: '+12349013030', From: '+12349013030' };
    expect(verify(request({ url: 'https://mycompany.com/myapp', signature: '3KI2uRuYyAdhZIJXcpU0izDUzWI=', body: encode(fields) }))).toBe(
      true,
    );
  });

  it('is refused with another token, another field, another order of letters in the address', () => {
    const signature = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';
    expect(verify(request({ signature, body: encode(FIELDS) }), ['54321'])).toBe(false);
    expect(verify(request({ signature, body: encode({ ...FIELDS, Digits: '1235' }) }))).toBe(false);
    expect(verify(request({ signature, body: encode({ ...FIELDS, New: '' }) }))).toBe(false);
    expect(verify(request({ signature, body: encode(FIELDS), url: URL_WITH_QUERY.replace('foo=1&bar=2', 'bar=2&foo=1') }))).toBe(false);
  });
});

describe('what is signed', () => {
  const signed = (url: string, fields: Fields, part: Partial<VerifyRequest> = {}) =>
    verify(request({ url, body: encode(fields), signature: getExpectedTwilioSignature(TOKEN, url, fields), ...part }));

  it('counts a repeated name once for each different value, sorted', () => {
    expect(signed(URL_WITH_QUERY, { ...FIELDS, Media: ['b', 'a', 'b'] })).toBe(true);
    const signature = getExpectedTwilioSignature(TOKEN, URL_WITH_QUERY, { Media: ['a', 'b'] });
    expect(verify(request({ signature, body: Buffer.from('Media=b&Media=a&Media=b') }))).toBe(true);
    expect(verify(request({ signature, body: Buffer.from('Media=a') }))).toBe(false);
  });

  it('sorts names by code unit', () =>
    expect(signed(URL_WITH_QUERY, { b: '1', B: '2', a: '3', ä: '4', '😀': '5', '\uffff': '6' })).toBe(true));

  it('keeps empty values, spaces, line ends and characters beyond Latin', () => {
    expect(signed(URL_WITH_QUERY, { Body: '  über +& \r\n😀 ', Empty: '', '?odd': 'x' })).toBe(true);
  });

  it('keeps a question mark at the beginning of the first name', () => {
    const signature = getExpectedTwilioSignature(TOKEN, URL_WITH_QUERY, { '?odd': 'x' });
    expect(verify(request({ signature, body: Buffer.from('?odd=x') }))).toBe(true);
  });

  it('takes "+" and "%20" for the same space', () => {
    const signature = getExpectedTwilioSignature(TOKEN, URL_WITH_QUERY, { Body: 'a b c' });
    expect(verify(request({ signature, body: Buffer.from('Body=a+b%20c') }))).toBe(true);
  });

  it("keeps the address as it was configured, with its apostrophe and its user's name", () => {
    expect(signed("https://user:p%40ss@mycompany.com/it's?q='x'", FIELDS)).toBe(true);
  });

  it('reads the content type in any case, with parameters', () => {
    const signature = getExpectedTwilioSignature(TOKEN, URL_WITH_QUERY, FIELDS);
    expect(verify(request({ signature, body: encode(FIELDS), type: 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' }))).toBe(true);
  });

  it('is the address alone in a GET', () => {
    const signature = getExpectedTwilioSignature(TOKEN, URL_WITH_QUERY, {});
    expect(verify(request({ method: 'GET', signature, type: '' }))).toBe(true);
  });
});

describe('ports', () => {
  const accepted = (configured: string, signedUrl: string) =>
    verify(request({ url: configured, body: encode(FIELDS), signature: getExpectedTwilioSignature(TOKEN, signedUrl, FIELDS) }));

  it.each([
    ['https://a.example/x', 'https://a.example:443/x'],
    ['http://a.example/x', 'http://a.example:80/x'],
    ['https://a.example:443/x', 'https://a.example/x'],
    ['https://a.example:8443/x', 'https://a.example/x'],
    ['https://a.example:8443/x', 'https://a.example:8443/x'],
    ['https://u:p@a.example/x', 'https://u:p@a.example:443/x'],
    ['https://[2001:db8::1]/x', 'https://[2001:db8::1]:443/x'],
    ['https://a.example?x=1', 'https://a.example:443?x=1'],
  ])('%s is right for a signature over %s', (configured, signedUrl) => expect(accepted(configured, signedUrl)).toBe(true));

  it.each([
    ['https://a.example/x', 'https://a.example:80/x'],
    ['https://a.example/x', 'http://a.example/x'],
    ['https://a.example/x', 'https://a.example:8443/x'],
  ])('%s is wrong for a signature over %s', (configured, signedUrl) => expect(accepted(configured, signedUrl)).toBe(false));
});

describe('JSON bodies', () => {
  const body = Buffer.from('{"a": "ü"}');
  const hash = createHash('sha256').update(body).digest('hex');
  const url = `https://a.example/x?bodySHA256=${hash}`;
  const signature = getExpectedTwilioSignature(TOKEN, url, {});
  const type = 'application/json';

  it('are proved by their hash in the signed address', () => expect(verify(request({ url, body, type, signature }))).toBe(true));

  it('need both: the right bytes and the right signature', () => {
    expect(verify(request({ url, body: Buffer.from('{"a": "u"}'), type, signature }))).toBe(false);
    expect(verify(request({ url, body, type, signature: getExpectedTwilioSignature('other', url, {}) }))).toBe(false);
    expect(verify(request({ url: 'https://a.example/x?bodySHA256=', body, type, signature }))).toBe(false);
  });
});

describe('headers and secrets', () => {
  const body = encode(FIELDS);
  const signature = getExpectedTwilioSignature(TOKEN, URL_WITH_QUERY, FIELDS);

  it('tells a missing signature from a wrong one', () => {
    expect(verify(request({ body }))).toBe('missing');
    expect(verify(request({ body, signature: '' }))).toBe('missing');
    expect(verify(request({ body, signature: 'x' }))).toBe(false);
  });

  it('takes any of several secrets, and none when there is none', () => {
    expect(verify(request({ body, signature }), ['old', TOKEN])).toBe(true);
    expect(verify(request({ body, signature }), [])).toBe(false);
    expect(verify(request({ body, signature: getExpectedTwilioSignature('', URL_WITH_QUERY, FIELDS) }), [''])).toBe(false);
  });

  it('never throws, whatever address, header and body hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.uint8Array(), fc.string(), (url, header, bytes, type) => {
        expect(verify(request({ url, signature: header, body: Buffer.from(bytes), type }))).not.toBe(true);
      }),
    );
  });
});

describe("Twilio's own library", () => {
  const fields = fc.dictionary(
    fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => name !== '__proto__'),
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(fc.string(), { minLength: 1, maxLength: 4 })),
  );
  const host = fc.constantFrom('a.example', 'hooks.a.example:443', 'a.example:80', 'a.example:8443', 'u:p@a.example', '[2001:db8::1]:8443');
  const url = fc
    .tuple(fc.constantFrom('http', 'https'), host, fc.constantFrom('', '/', '/w/h', "/it's"), fc.constantFrom('', '?a=1', "?q='x'&b=%20"))
    .map(([scheme, authority, path, query]) => `${scheme}://${authority}${path}${query}`);
  const ported = (address: string, port: string) => address.replace(/^(https?:\/\/(?:[^@/]*@)?(?:\[[^\]]*\]|[^:/?]*))(:\d+)?/, `$1${port}`);

  it('agrees with ours on requests signed with and without a port, tampered with or not', () => {
    fc.assert(
      fc.property(url, fields, fc.constantFrom('', ':443', ':80', ':8443'), fc.boolean(), (address, form, port, tamper) => {
        const signature = getExpectedTwilioSignature(TOKEN, ported(address, port), form);
        const received: Fields = tamper ? { ...form, Body: 'changed' } : form;
        const theirs = validateRequest(TOKEN, signature, address, received);
        expect(verify(request({ url: address, signature, body: encode(received) }))).toBe(theirs);
      }),
      { numRuns: 1000 },
    );
  });
});
