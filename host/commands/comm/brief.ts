/** A search, and the beginning of the first pages that it found: each a request of its own, with its own evidence. */
import type { Ask, Topic } from './topic.ts';
import { address, answer, field, line, list, origin, paragraphs, refusal } from './words.ts';

const PAGES = 3;
const PAGE_CHARACTERS = 700;

/** What one page says, or why it could not be read. */
const readPage = async (ask: Ask, result: unknown, number: number): Promise<string> => {
  const url = address(field(result, 'url'));
  const response = await ask('web_fetch', 'fetch', { url, max_chars: 4 * PAGE_CHARACTERS });
  const title = (response.error === null && line(field(response.data, 'title'), 200)) || line(field(result, 'title'), 200) || url;
  const said =
    response.error === null ? paragraphs(field(response.data, 'text'), PAGE_CHARACTERS) || 'The page has no text.' : refusal(response);
  return [`${number}. ${title}`, ...(response.error === null ? [said, origin(response)] : [url, said])].join('\n');
};

export const brief: Topic = {
  word: 'brief',
  usage: 'brief TOPIC',
  async run(ask, words) {
    if (words.length === 0) return null;
    const topic = words.join(' ');
    const found = await ask('web_search', 'search', { query: topic, limit: PAGES + 2 });
    if (found.error !== null) return refusal(found);
    const results = list(field(found.data, 'results')).filter((result) => address(field(result, 'url')) !== '');
    const pages = await Promise.all(results.slice(0, PAGES).map((result, index) => readPage(ask, result, index + 1)));
    return answer(pages.length === 0 ? ['Nothing was found.'] : [`About ${line(topic, 200)}:`, ...pages], origin(found));
  },
};
