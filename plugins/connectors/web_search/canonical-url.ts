/** Addresses that lead to the same page, written the same. */

/** Who a link was shown to, and where: never which page it is. */
const TRACKING =
  /^(?:utm_\w+|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|mkt_tok|vero_id|oly_anon_id|oly_enc_id|srsltid)$/i;

/** Host in lower case, no default port, no fragment, no tracking parameters, the others in their order. Undefined for what is no http or https address. */
export const canonicalUrl = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  // By hand: to read parameters and write them again would spell them anew.
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !TRACKING.test(pair.split('=', 1)[0] ?? ''));
  // With its own question mark: the first one of the rest belongs to the rest.
  url.search = kept.length === 0 ? '' : `?${kept.join('&')}`;
  return url.href;
};

/** The same for http and https, and with or without a slash at the end. */
export const pageKey = (canonical: string): string => canonical.replace(/^https?:\/\//, '').replace(/\/(?=$|\?)/, '');
