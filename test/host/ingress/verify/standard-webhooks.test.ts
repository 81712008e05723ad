import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verify } from './call-scheme.ts';

describe('standard_webhooks', () => {
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const TIMESTAMP = 1614265330;
  const request = (signature: string, seconds = 0) => ({
    headers: { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': String(TIMESTAMP), 'webhook-signature': signature },
    body: '{"test": 2432232314}',
    now: (TIMESTAMP + seconds) * 1000,
  });
  const right = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('takes the published messages', () => {
    expect(verify('standard_webhooks', [SECRET], request(right))).toBe(true);
    const svix = {
      headers: {
        'webhook-id': 'msg_loFOjxBNrRLzqYUf',
        'webhook-timestamp': '1731705121',
        'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
      },
      body: '{"event_type":"ping","data":{"success":true}}',
      now: 1731705121000,
    };
    expect(verify('standard_webhooks', ['whsec_plJ3nmyCDGBKInavdOK15jsl'], svix)).toBe(true);
  });

  it('finds the right one among several signatures and unknown versions', () => {
    expect(verify('standard_webhooks', [SECRET], request(`v1,AAAA v9,${right.slice(3)} ${right}`))).toBe(true);
    expect(verify('standard_webhooks', [SECRET], request(`v9,${right.slice(3)} v1, v1`))).toBe(false);
  });

  it('takes the message for five minutes either way', () => {
    expect([-301, 300, 301].map((seconds) => verify('standard_webhooks', [SECRET], request(right, seconds)))).toEqual([false, true, false]);
  });

  it('refuses a key so short that it could be guessed, down to the empty one', () => {
    const content = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}';
    for (const key of ['', '!!!!', 'YWJj']) {
      const forged = `v1,${createHmac('sha256', Buffer.from(key, 'base64')).update(content).digest('base64')}`;
      expect(verify('standard_webhooks', [`whsec_${key}`], request(forged))).toBe(false);
    }
  });

  it('checks Ed25519 signatures with a public key, and with nothing else', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
    const signature = sign(null, Buffer.from('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'), privateKey).toString(
      'base64',
    );
    expect(verify('standard_webhooks', [`whpk_${key}`], request(`v1a,${signature}`))).toBe(true);
    expect(verify('standard_webhooks', [`whpk_${key}`], request(`v1,${signature}`))).toBe(false);
    expect(verify('standard_webhooks', [SECRET], request(`v1a,${signature}`))).toBe(false);
    // Whoever knows the public key must not be able to use it as a shared one.
    const confused = createHmac('sha256', Buffer.from(key, 'base64')).update('x').digest('base64');
    expect(verify('standard_webhooks', [`whpk_${key}`], request(`v1,${confused}`))).toBe(false);
  });
});
