import type { Topic } from './topic.ts';
import { address, answer, field, line, origin, paragraphs, refusal } from './words.ts';

const TEXT_CHARACTERS = 3_000;

export const fetchPage: Topic = {
  word: 'fetch',
  usage: 'fetch URL',
  async run(ask, words) {
    const url = address(words[0]);
    if (words.length !== 1 || url === '') return null;
    const response = await ask('web_fetch', 'fetch', { url, max_chars: TEXT_CHARACTERS });
    if (response.error !== null) return refusal(response);
    const { data } = response;
    const by = [line(field(data, 'author'), 100), line(field(data, 'published_at'), 40)].filter((part) => part !== '').join(', ');
    const text = paragraphs(field(data, 'text'), TEXT_CHARACTERS);
    const more = field(data, 'text_truncated') === true && !text.endsWith('…') ? '…' : '';
    return answer([line(field(data, 'title'), 300), by, text === '' ? 'The page has no text.' : text + more], origin(response));
  },
};
