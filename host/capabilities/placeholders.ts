/** What a plugin gets instead of a secret: a random word that means something to this host only, and only where it is declared. */

export interface Placeholders {
  /** For the plugin's `config`: field → placeholder. Fields without a value are absent. */
  readonly byField: ReadonlyMap<string, string>;
  /** The secret of a field; stays on the host's side. */
  valueOf(field: string): string | undefined;
  /** The field whose placeholder stands somewhere in the text, as it is, percent-encoded or JSON-escaped; null without one. */
  find(text: string): string | null;
}

/** `bytes` random bytes; `crypto.randomBytes` fits. */
export type Random = (bytes: number) => Uint8Array;

const MARK = 'secret_';
/** A text that was encoded more often than this is noise: nothing that receives it undoes more. */
const DECODING_ROUNDS = 4;

const decodeOnce = (text: string): string =>
  text
    .replace(/%([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\+(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_match, long: string | undefined, short: string | undefined) =>
      String.fromCharCode(Number.parseInt(long ?? short ?? '0', 16)),
    );

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * Searches for the random part alone and in any case, so that neither a cut mark nor an upper-cased text hides it.
 * A plugin that encrypts its placeholder gets it out, which is harmless: outside this host the word opens nothing.
 */
export const createPlaceholders = (secretFields: Readonly<Record<string, string | undefined>>, random: Random): Placeholders => {
  const byField = new Map<string, string>();
  const fieldOf = new Map<string, string>();
  const values = new Map<string, string>();
  for (const [field, value] of Object.entries(secretFields)) {
    if (value === undefined || value === '') continue;
    const core = toHex(random(16));
    byField.set(field, MARK + core);
    fieldOf.set(core, field);
    // Lone surrogates cannot be written as UTF-8; made well-formed once, no later encoding can throw.
    values.set(field, Buffer.from(value).toString());
  }
  const cores = [...fieldOf];

  /** Lower-casing and `includes` cost a tenth of a case-insensitive pattern over the same text. */
  const findPlain = (text: string): string | null => {
    const lower = text.toLowerCase();
    for (const [core, field] of cores) if (lower.includes(core)) return field;
    return null;
  };

  return {
    byField,
    valueOf: (field) => values.get(field),
    find(text) {
      if (cores.length === 0) return null;
      let found = findPlain(text);
      if (found === null && !text.includes('%') && !text.includes('\\')) return null;
      let current = text;
      for (let round = 0; found === null && round < DECODING_ROUNDS; round += 1) {
        const decoded = decodeOnce(current);
        if (decoded === current) break;
        current = decoded;
        found = findPlain(current);
      }
      return found;
    },
  };
};
