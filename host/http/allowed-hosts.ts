/**
 * Which `Host` a request may name: loopback names and the public address. Anything else is a page of
 * somebody else's that reached us through a rebound name.
 */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export const hostAllowed = (host: string | undefined, public_url: string | null): boolean => {
  if (host === undefined) return false;
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  if (LOOPBACK.has(name)) return true;
  return public_url !== null && new URL(public_url).host === host.toLowerCase();
};
