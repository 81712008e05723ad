import { describe, expect, it } from 'vitest';
import { verify } from './call-scheme.ts';

describe('telegram_secret_token', () => {
  const given = (token: string) => ({ headers: { 'x-telegram-bot-api-secret-token': token } });

  it('takes the registered secret and nothing near it', () => {
    expect(verify('telegram_secret_token', ['Secret_1'], given('Secret_1'))).toBe(true);
    for (const token of ['secret_1', 'Secret_', 'Secret_12', ' Secret_1'])
      expect(verify('telegram_secret_token', ['Secret_1'], given(token))).toBe(false);
  });

  it('takes the old and the new secret during a rotation', () => {
    expect(verify('telegram_secret_token', ['new', 'old'], given('old'))).toBe(true);
  });
});
