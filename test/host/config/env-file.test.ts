import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../../host/config/env-file.ts';
import { GUIDE_ENV } from '../../support/guide.ts';
import { refusal } from './home.ts';

const values = (text: string): Record<string, string> => {
  const parsed = parseEnvFile(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return Object.fromEntries(parsed.values);
};

describe('a .env file', () => {
  it('of the guide reads as it is printed, inline comments and all', () => {
    expect(values(GUIDE_ENV)).toMatchObject({ NETWORK_MODE: 'on', EXECUTION_PHASE: 'execution', TWILIO_PHONE_NUMBER: '+14155238886' });
  });

  it('knows quotes, export, values of several lines and Windows line ends', () => {
    expect(values('export A="x # y"\r\nB=\'q\'\r\n')).toEqual({ A: 'x # y', B: 'q' });
    expect(values('KEY="first\nSECOND=inside\nlast" # comment\nB=1\n')).toEqual({ KEY: 'first\nSECOND=inside\nlast', B: '1' });
  });

  it.each([
    ['a line that is no assignment', 'A=1\nthis is wrong\nNETWORK_MODE=off\n', 2],
    ['a line that begins with =', '=x\nNETWORK_MODE=off\n', 1],
    ['a colon for the equals sign', 'LOG_LEVEL: INFO\nNETWORK_MODE=off\n', 1],
    ['a name with a space', 'NETWORK MODE=off\n', 1],
    ['text behind a quoted value of several lines', 'A="x\ny"\noops\nB=1', 3],
  ])('with %s is refused with its line, so that nothing below it is lost', (_, text, line) => {
    expect(parseEnvFile(text)).toMatchObject({ ok: false, line });
  });

  it('that cannot be understood stops the start', () => {
    expect(refusal({ '.env': 'A=1\n???\n' }).message).toContain('.env:2');
  });

  it('warns when a # cuts a value off, and not when it stands in quotes or behind a space', () => {
    const parsed = parseEnvFile('PASSWORD=abc#def\nA="abc#def"\nB=abc #def\nC=#def\n');
    expect(parsed).toMatchObject({ ok: true, warnings: [expect.stringContaining('.env:1')] });
  });
});
