/** Texts that look like a credential somebody was given, with the line they stand in. */

const SHAPES: readonly [string, RegExp][] = [
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['a Slack token', /\b(?:xox[abeoprs]|xapp)-[0-9A-Za-z-]{10,}/g],
  ['a Slack webhook', /hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{20,}/g],
  ['a GitHub token', /\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_\w{22,})/g],
  ['a GitLab token', /\bglpat-[\w-]{20,}/g],
  ['a Telegram bot token', /\b\d{8,10}:[\w-]{35}(?![\w-])/g],
  ['a Stripe key', /\b(?:[rs]k_(?:live|test)_[0-9A-Za-z]{16,}|whsec_[0-9A-Za-z+/=]{24,})/g],
  ['a Google API key', /\bAIza[\w-]{35}(?![\w-])/g],
  ['an OpenAI or Anthropic key', /\bsk-(?:ant-|proj-)?[\w-]{20,}/g],
  ['a SendGrid key', /\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])/g],
  ['a Twilio API key', /\bSK[0-9a-f]{32}\b/g],
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g],
  ['a JSON Web Token', /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,}/g],
  ['a credential', /\b(?:api_?key|auth_?token|access_?token|secret|password)["']?\s*[:=]\s*["'`]([\w+/=-]{24,})["'`]/gi],
];

const PLACEHOLDER = /your|example|placeholder|dummy|sample|changeme|change-me|redacted|fake|xxxx|\.\.\.|0123456789|1234567890|abcdefgh/i;
const SHORTEST_VARIED = 8;

/** Words for a human, and what a pattern has to match but nobody was ever given. */
const isPlaceholder = (text: string): boolean => PLACEHOLDER.test(text) || new Set(text.toLowerCase()).size < SHORTEST_VARIED;

/** A value beside the word "secret" may be a name: what was given out at random has digits and letters of both kinds or hex. */
const looksRandom = (text: string): boolean =>
  /\d/.test(text) && /[a-z]/i.test(text) && (/^[0-9a-f]+$/i.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text)));

export interface FoundCredential {
  kind: string;
  file: string;
  /** From 1. */
  line: number;
}

/** A file that is larger, or has more of them, was not written by hand. */
const MOST_CHARACTERS = 1_048_576;
const MOST_FOUND = 20;

/** The credential itself is never repeated. */
export const findCredentials = (file: string, whole: string): FoundCredential[] => {
  const text = whole.slice(0, MOST_CHARACTERS);
  const found = new Map<number, FoundCredential>();
  for (const [kind, shape] of SHAPES) {
    for (const match of text.matchAll(shape)) {
      const word = match[1] ?? match[0];
      if (kind !== 'a private key' && (isPlaceholder(word) || (match[1] !== undefined && !looksRandom(word)))) continue;
      const line = text.slice(0, match.index).split('\n').length;
      // One line, one finding: the more exact kind comes first.
      if (!found.has(line)) found.set(line, { kind, file, line });
      if (found.size >= MOST_FOUND) return [...found.values()];
    }
  }
  return [...found.values()];
};
