/** What looks like a credential is found with its line; what stands for one is not. The samples are put together here, so that nothing else takes them for real. */
import { describe, expect, it } from 'vitest';
import { findCredentials } from '../../host/conformance/credential-shapes.ts';

const random = (length: number, alphabet = 'aB3dE6gH9jKmN2pQrS5tUvW8xYz4'): string =>
  Array.from({ length }, (_, index) => alphabet[(index * 5 + 3) % alphabet.length]).join('');
const digits = (length: number): string => random(length, '73918264');
const hex = (length: number): string => random(length, '9f3b7a1c5e8d2064');

const REAL: readonly [kind: RegExp, text: string][] = [
  [/AWS/, `AK${'IA'}${random(16, 'Q7RZ3TWX5YLM')}`],
  [/Slack token/, `xo${'xb'}-${digits(12)}-${random(24)}`],
  [/Slack token/, `xa${'pp'}-1-${random(20)}`],
  [/Slack webhook/, `https://hooks.slack.com/ser${'vices'}/T${random(9)}/B${random(9)}/${random(24)}`],
  [/GitHub/, `gh${'p'}_${random(36)}`],
  [/GitHub/, `github${'_pat_'}${random(40)}`],
  [/GitLab/, `gl${'pat'}-${random(20)}`],
  [/Telegram/, `${digits(10)}:${random(35)}`],
  [/Stripe/, `sk_${'live'}_${random(24)}`],
  [/Stripe/, `wh${'sec'}_${random(32)}`],
  [/Google/, `AI${'za'}${random(35)}`],
  [/OpenAI/, `sk-${'proj'}-${random(40)}`],
  [/SendGrid/, `SG${'.'}${random(22)}.${random(43)}`],
  [/Twilio/, `SK${hex(32)}`],
  [/private key/, `-----BEGIN RSA ${'PRIVATE'} KEY-----`],
  [/Web Token/, `ey${'J'}${random(20)}.ey${'J'}${random(30)}.${random(43)}`],
  [/credential/, `const api_key = '${random(32)}';`],
  [/credential/, `"auth_token": "${hex(32)}"`],
];

const NONE: readonly string[] = [
  'TELEGRAM_BOT_TOKEN=your_bot_token',
  "const api_key = 'your_api_key_goes_here_1A';",
  `AK${'IA'}IOSFODNN7EXAMPLE`,
  `xo${'xb'}-your-bot-token`,
  `gh${'p'}_${'x'.repeat(36)}`,
  '123456:ABC-DEF',
  `"secret": "webhook_secret_of_this_channel"`,
  "const token = 'config.bot_token_placeholder';",
  `password: '${'a'.repeat(40)}'`,
  'sha256-QpdA5LfzS3CRvH1ISdQBYkRQKg2zKXQsQqYyFqtkXoI',
  'a'.repeat(60),
];

describe('a credential in the source', () => {
  it.each(REAL)('is known by its shape: %s', (kind, text) => {
    const found = findCredentials(
      'api.ts',
      `// first\n\nconst x = ${JSON.stringify(text)};\n${text.includes('=') || text.includes(': "') ? text : ''}`,
    );
    expect(found[0]?.kind).toMatch(kind);
    expect(found[0]?.line).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(found)).not.toContain(text.slice(-12));
  });

  it.each(NONE)('is not seen in %s', (text) => {
    expect(findCredentials('README.md', text)).toEqual([]);
  });
});
