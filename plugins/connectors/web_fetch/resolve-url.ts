/** An absolute http or https address, without its fragment; undefined for anything else, `javascript:` and `data:` among it. */
export const resolveUrl = (text: string, base: string): string | undefined => {
  if (text.length > 4_096 || !URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  return url.href;
};
