import { expect, it } from 'vitest';
import { tokenBody } from '../../../host/console/page/views/access/new-token.ts';

const token = { name: ' dashboard ', role: 'viewer', ends: '2999-12-31T10:30' };

it.each([
  ['never', {}],
  ['30d', { expires: '30d' }],
  ['own', { expires_at: new Date('2999-12-31T10:30').toISOString() }],
])('a token that ends %s is asked for as the API takes it', (expires, end) => {
  expect(tokenBody({ ...token, expires })).toEqual({ name: 'dashboard', role: 'viewer', ...end });
});
