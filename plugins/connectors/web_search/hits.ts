/** Reading a list of results out of JSON that is shaped like one. */
import { asList, asRecord, asText, asTimestamp, ConnectorError, type FetchResponse, parseJson, type Untrusted } from '../../sdk/index.ts';
import type { Hit } from './provider.ts';

export const jsonFrom = ({ body }: FetchResponse, name: string): Untrusted => {
  const value = asRecord(parseJson(body));
  if (value === undefined) throw new ConnectorError(`${name} answered with something that is no JSON`);
  return value;
};

/** Titles and snippets of some services mark the words that were found. */
export const plain = (text: string | undefined): string =>
  (text ?? '')
    .replace(/<\/?(?:b|strong|em|mark|i)>/gi, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#(?:39|x27);/gi, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();

/** `fields`: the names of snippet and date in this service's results. What has no address is no result. */
export const hitsFrom = (list: unknown, fields: { snippet: string; published: string }): Hit[] =>
  asList(list).flatMap((one) => {
    const result = asRecord(one);
    const url = asText(result?.url, 4_096);
    if (result === undefined || url === undefined) return [];
    return [
      {
        title: plain(asText(result.title, 1_000)),
        url,
        snippet: plain(asText(result[fields.snippet], 4_000)) || null,
        published_at: asTimestamp(result[fields.published]) ?? null,
      },
    ];
  });
