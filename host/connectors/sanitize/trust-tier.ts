/**
 * How far fetched content is to be believed. By the host that was asked and the host that answered, whichever is less;
 * a connector can only lower it.
 */
import { type Provenance, TRUST_TIERS, type TrustTier } from '../request.ts';

/** Hosts and suffixes that are registered for somebody: an entry with a leading dot means everything below it, else exactly this host. */
export interface TrustRegister {
  authoritative: readonly string[];
  primary_source: readonly string[];
}

/**
 * Top-level domains and second levels that their registries give to governments, international organisations (RFC 1591, .int)
 * and universities only, and the homes of standards.
 */
export const TRUST_REGISTER: TrustRegister = {
  authoritative: ['.gov', '.mil', '.int', '.gov.uk', '.gov.au', '.govt.nz', '.gc.ca', '.gouv.fr', '.admin.ch', '.go.jp', '.europa.eu'],
  primary_source: [
    '.edu',
    '.ac.uk',
    '.edu.au',
    '.ac.jp',
    'www.rfc-editor.org',
    'datatracker.ietf.org',
    'www.ietf.org',
    'www.w3.org',
    'www.iso.org',
    'arxiv.org',
    'doi.org',
  ],
};

const hostOf = (url: string): string | null => {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? hostname.replace(/\.$/, '') : null;
};

const isRegistered = (host: string, entries: readonly string[]): boolean =>
  entries.some((entry) => (entry.startsWith('.') ? host.endsWith(entry) : host === entry));

export const tierOf = (url: string, register: TrustRegister = TRUST_REGISTER): TrustTier => {
  const host = hostOf(url);
  if (host === null) return 'external_source';
  if (isRegistered(host, register.authoritative)) return 'authoritative';
  return isRegistered(host, register.primary_source) ? 'primary_source' : 'external_source';
};

const lower = (a: TrustTier, b: TrustTier): TrustTier => (TRUST_TIERS.indexOf(a) <= TRUST_TIERS.indexOf(b) ? a : b);

const field = (data: unknown, name: string): unknown =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && Object.hasOwn(data, name)
    ? (data as Record<string, unknown>)[name]
    : undefined;

/** `asked`: the addresses that the parameters named. `data.url` is where the answer came from in the end, by the connector's own word. */
export const provenanceOf = (connector_id: string, asked: readonly string[], data: unknown): Provenance => {
  const said = field(data, 'url');
  const answered = typeof said === 'string' && hostOf(said) !== null ? said : null;
  // Without an address that the host itself judged, a connector's own word lifts nothing.
  let trust_tier =
    asked.length === 0 ? 'external_source' : [...asked, ...(answered === null ? [] : [answered])].map((url) => tierOf(url)).reduce(lower);
  const stated = field(data, 'trust_tier');
  if ((TRUST_TIERS as readonly unknown[]).includes(stated)) trust_tier = lower(trust_tier, stated as TrustTier);
  return { untrusted: true, source: answered ?? asked[0] ?? `connector:${connector_id}`, trust_tier };
};
