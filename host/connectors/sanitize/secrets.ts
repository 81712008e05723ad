/**
 * Known shapes of secrets, each replaced whole. Shapes are as their issuers document them, with prefix and length, so that
 * ordinary words, hashes and order numbers never match.
 */

interface Shape {
  name: string;
  pattern: RegExp;
  /** A further look at what matched. */
  holds?(match: string): boolean;
}

const PEM_BODY = '(?:[\\s\\S]{0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?:(?:\\s|\\\\n)*[A-Za-z0-9+/=]{40,76})+)';

const SHAPES: readonly Shape[] = [
  // PEM (RFC 7468), OpenSSH and PGP; also cut off before its end, and with the line ends of a JSON text.
  { name: 'private_key', pattern: new RegExp(`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----${PEM_BODY}`, 'g') },
  { name: 'aws_key', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g },
  {
    name: 'aws_secret',
    pattern: /(?<=aws_?(?:secret_?(?:access_?)?key)["']?\s{0,4}[:=]\s{0,4}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/gi,
  },
  { name: 'gcp_key', pattern: /(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  { name: 'gcp_token', pattern: /(?<![A-Za-z0-9_-])ya29\.[A-Za-z0-9_-]{20,}/g },
  { name: 'github_token', pattern: /(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})(?![A-Za-z0-9_])/g },
  { name: 'slack_token', pattern: /(?<![A-Za-z0-9-])(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,})/g },
  { name: 'slack_webhook', pattern: /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{20,}/g },
  {
    name: 'openai_key',
    pattern: /(?<![A-Za-z0-9_-])sk-(?:(?:proj|svcacct|admin|ant|or)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})(?![A-Za-z0-9_-])/g,
  },
  { name: 'stripe_key', pattern: /(?<![A-Za-z0-9_])(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,})/g },
  { name: 'api_token', pattern: /(?<![A-Za-z0-9_-])aos_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g },
  { name: 'telegram_token', pattern: /(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g },
  { name: 'jwt', pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}/g },
  // RFC 6750. A word of letters alone is a word: "bearer identification-requirements".
  { name: 'bearer_token', pattern: /(?<![A-Za-z0-9])Bearer\s{1,4}[A-Za-z0-9._~+/-]{20,}=*/gi, holds: (match) => /[0-9]/.test(match) },
];

/** ISO/IEC 7812 with the ranges and lengths of the large networks; most other long numbers fall through here already. */
const CARD_RANGES =
  /^(?:4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17})$/;
/** As they are written: in one, or in the groups that stand on a card. A telephone number is grouped otherwise. */
const CARD = /(?<![\w.,+-])(?:\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-]|[.,]\d)/g;

const luhn = (digits: string): boolean => {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const twice = digit * 2;
    sum += index % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
};

const isCard = (match: string): boolean => {
  const digits = match.replace(/[ -]/g, '');
  return CARD_RANGES.test(digits) && luhn(digits);
};

/** Names of fields whose text is a secret. Exactly these: `author` and `token_count` are none. */
const FIELDS: ReadonlySet<string> = new Set([
  'password',
  'passwd',
  'passphrase',
  'secret',
  'client_secret',
  'api_key',
  'apikey',
  'x-api-key',
  'secret_key',
  'secret_access_key',
  'private_key',
  'access_token',
  'refresh_token',
  'id_token',
  'auth_token',
  'bearer_token',
  'session_token',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
]);

const mark = (name: string): string => `[redacted: ${name}]`;

export const redactSecrets = (text: string): string => {
  let clean = text;
  for (const { name, pattern, holds } of SHAPES) clean = clean.replace(pattern, (match) => (holds?.(match) === false ? match : mark(name)));
  return clean.replace(CARD, (match) => (isCard(match) ? mark('card_number') : match));
};

/** A leaf of the answer under the name of its field. */
export const redactLeaf = (leaf: string | number, name: string | null): string | number => {
  if (typeof leaf === 'number') return Number.isInteger(leaf) && isCard(String(leaf)) ? mark('card_number') : leaf;
  if (leaf !== '' && name !== null && FIELDS.has(name.toLowerCase())) return mark(name.toLowerCase());
  return redactSecrets(leaf);
};
