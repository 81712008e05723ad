/** The path of a URL, segment by segment: what `.`, `..` and Windows drive letters do to it. */
import { ENCODED, percentEncode } from './url-encode.ts';
import { isSpecial, type UrlRecord } from './url-record.ts';

const DOT = /^(?:\.|%2e)$/i;
const DOUBLE_DOT = /^(?:\.|%2e){2}$/i;
const DRIVE = /^[a-zA-Z][:|]$/;
const NORMAL_DRIVE = /^[a-zA-Z]:$/;

export const isDrive = (text: string): boolean => DRIVE.test(text);
export const isNormalDrive = (text: string | undefined): text is string => text !== undefined && NORMAL_DRIVE.test(text);
export const startsWithDrive = (text: string): boolean => /^[a-zA-Z][:|](?:$|[/\\?#])/.test(text);

/** A file's drive letter is never climbed over. */
export const shortenPath = ({ scheme, path }: UrlRecord): void => {
  if (typeof path === 'string' || (scheme === 'file' && path.length === 1 && isNormalDrive(path[0]))) return;
  path.pop();
};

/** Appends what stands after the first slash. */
export const appendPath = (url: UrlRecord, text: string): void => {
  const path = url.path as string[];
  const segments = text.split(isSpecial(url.scheme) ? /[/\\]/ : '/');
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    const encoded = percentEncode(segment, ENCODED.path);
    if (DOUBLE_DOT.test(encoded)) shortenPath(url);
    if (DOT.test(encoded) || DOUBLE_DOT.test(encoded)) {
      if (isLast) path.push('');
      return;
    }
    path.push(url.scheme === 'file' && path.length === 0 && isDrive(encoded) ? `${encoded.charAt(0)}:` : encoded);
  });
};

/** The whole path after an authority. A URL that is not special may have none. */
export const startPath = (url: UrlRecord, text: string): void => {
  const special = isSpecial(url.scheme);
  if (text === '' && !special) return;
  appendPath(url, (special ? /^[/\\]/ : /^\//).test(text) ? text.slice(1) : text);
};
