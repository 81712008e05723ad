import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verify } from './call-scheme.ts';

describe('slack_v0', () => {
  const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
  const TIMESTAMP = 1531420618;
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const headers = {
    'x-slack-request-timestamp': String(TIMESTAMP),
    'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  };
  const at = (seconds: number) => ({ headers, body, now: (TIMESTAMP + seconds) * 1000 });

  it('takes the documented request, over its raw bytes', () => {
    expect(verify('slack_v0', [SECRET], at(0))).toBe(true);
    expect(verify('slack_v0', [SECRET], { ...at(0), body: `${body} ` })).toBe(false);
  });

  it('takes it for five minutes either way and no longer', () => {
    expect([-301, -300, 300, 301].map((seconds) => verify('slack_v0', [SECRET], at(seconds)))).toEqual([false, true, true, false]);
  });

  it('does not take a timestamp that is no number', () => {
    const forged = (timestamp: string) => {
      const digest = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
      return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
    };
    expect(verify('slack_v0', [SECRET], { headers: forged('0'), body })).toBe(true);
    for (const timestamp of ['NaN', '1e1', '-1', '0x0', ' 0'])
      expect(verify('slack_v0', [SECRET], { headers: forged(timestamp), body })).toBe(false);
  });
});
