/**
 * Which page a request may come from. SameSite alone does not keep other pages out, because every port of
 * a machine is the same site.
 */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

export interface RequestSource {
  /** The `Host` header. */
  host: string | undefined;
  encrypted: boolean;
  /** The `Origin` header. */
  origin: string | undefined;
}

export const isPublicHost = (host: string, public_url: URL | null): boolean => {
  const asked = host.toLowerCase();
  return public_url !== null && (asked === public_url.host || asked === `${public_url.host}:${DEFAULT_PORTS[public_url.protocol]}`);
};

const originOf = ({ host, encrypted }: RequestSource): string | null => {
  const url = `${encrypted ? 'https' : 'http'}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : null;
};

/**
 * Whether `Origin` is there and is our own. The Host must have been checked before. At the public address
 * only PUBLIC_URL's origin counts: its `http:` twin can be anyone's on the way.
 */
export const isSameOrigin = (source: RequestSource, public_url: URL | null): boolean => {
  const own = isPublicHost(source.host ?? '', public_url) ? null : originOf(source);
  return source.origin !== undefined && source.origin !== 'null' && [own, public_url?.origin ?? null].includes(source.origin);
};
