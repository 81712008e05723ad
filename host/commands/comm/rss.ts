import type { Topic } from './topic.ts';
import { address, answer, field, line, list, origin, refusal } from './words.ts';

const ITEMS = 10;

const shownItem = (item: unknown, index: number): string => {
  const published = line(field(item, 'published_at'), 40).slice(0, 10);
  const title = line(field(item, 'title'), 200) || line(field(item, 'summary'), 200) || 'Without a title';
  return [`${index + 1}. ${title}${published === '' ? '' : ` (${published})`}`, address(field(item, 'url'))]
    .filter((part) => part !== '')
    .join('\n');
};

export const rss: Topic = {
  word: 'rss',
  usage: 'rss URL',
  async run(ask, words) {
    const url = address(words[0]);
    if (words.length !== 1 || url === '') return null;
    const response = await ask('rss', 'fetch_feed', { url, limit: ITEMS });
    if (response.error !== null) return refusal(response);
    const items = list(field(response.data, 'items')).slice(0, ITEMS).map(shownItem);
    const title = line(field(response.data, 'title'), 300);
    return answer([title, ...(items.length === 0 ? ['The feed has no items.'] : items)], origin(response));
  },
};
