import type { Topic } from './topic.ts';
import { address, answer, field, line, list, origin, refusal } from './words.ts';

const RESULTS = 5;

export const search: Topic = {
  word: 'search',
  usage: 'search QUERY',
  async run(ask, words) {
    if (words.length === 0) return null;
    const response = await ask('web_search', 'search', { query: words.join(' '), limit: RESULTS });
    if (response.error !== null) return refusal(response);
    const results = list(field(response.data, 'results')).slice(0, RESULTS);
    const shown = results.map((result, index) =>
      [
        `${index + 1}. ${line(field(result, 'title'), 200) || 'Without a title'}`,
        address(field(result, 'url')),
        line(field(result, 'snippet'), 300),
      ]
        .filter((part) => part !== '')
        .join('\n'),
    );
    return answer(shown.length === 0 ? ['Nothing was found.'] : shown, origin(response));
  },
};
