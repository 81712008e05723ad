/** What a download is called: by its own header, else by its address. A name, never a path. */

const LONGEST = 255;

const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** RFC 6266: `filename*` before `filename`. */
const stated = (disposition: string): string | undefined => {
  const encoded = /(?:^|;)\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  if (encoded !== undefined) return percentDecoded(encoded);
  const quoted = /(?:^|;)\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
  return quoted?.replace(/\\(.)/g, '$1') ?? /(?:^|;)\s*filename\s*=\s*([^;\s"]+)/i.exec(disposition)?.[1];
};

const safe = (text: string): string =>
  (text.split(/[/\\]/).at(-1) ?? '')
    // Control and direction-changing characters can make a name look like another.
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]/g, '')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .slice(0, LONGEST);

export const fileName = (disposition: string | undefined, url: string): string =>
  safe(stated(disposition ?? '') ?? '') || safe(percentDecoded(new URL(url).pathname)) || 'download';
