import { expect, it } from 'vitest';
import { matching, textOfValue } from '../../../host/console/page/views/settings/settings.ts';

const settings = [
  { key: 'AGENT_URL', value: null, source: 'not set' },
  { key: 'network_mode.allowed_modes', value: ['on', 'off'], source: 'default' },
  { key: 'channels.telegram.api_base_url', value: 'http://127.0.0.1', source: 'config/channels.json' },
];

it('a value is text, or JSON on a line; nothing is nothing', () => {
  expect(settings.map(({ value }) => textOfValue(value))).toEqual([null, '["on","off"]', 'http://127.0.0.1']);
  expect([false, 0, '', undefined].map(textOfValue)).toEqual(['false', '0', null, null]);
});

it.each([
  ['', 3],
  ['  ', 3],
  ['url', 2],
  ['URL telegram', 1],
  ['"off"', 1],
  ['channels.json', 1],
  ['url nothing', 0],
])('%j finds %d', (search, count) => {
  expect(matching(settings, search)).toHaveLength(count);
});
