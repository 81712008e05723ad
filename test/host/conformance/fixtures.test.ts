import { describe, expect, it } from 'vitest';
import { readFixtures } from '../../../host/conformance/fixtures.ts';

const read = (files: Record<string, unknown>) =>
  readFixtures(
    new Map(
      Object.entries(files).map(([name, value]) => [
        `fixtures/${name}`,
        new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
      ]),
    ),
    '/webhooks/x',
  );

describe('the fixtures of a folder', () => {
  it('are events: a body as the platform sends it, also one that has an "event" itself, or ours around it', () => {
    const slack = { token: 't', event: { type: 'message' } };
    const { events, problems } = read({
      'a.json': slack,
      'b.json': { event: { body: { id: 1 }, headers: { 'x-kind': 'k' } }, expect: [{ text: 'x' }], description: 'ours' },
      'c.json': { event: { form: { Body: ['hi there'] } } },
      'd.json': [1],
    });
    expect(problems).toEqual([]);
    expect(events).toMatchObject([
      { file: 'fixtures/a.json', expect: null, event: { json: slack, body: JSON.stringify(slack), path: '/webhooks/x' } },
      { expect: [{ text: 'x' }], event: { json: { id: 1 }, headers: { 'x-kind': 'k' } } },
      { event: { form: { Body: ['hi there'] }, body: 'Body=hi+there', content_type: 'application/x-www-form-urlencoded' } },
      { event: { json: [1] } },
    ]);
    expect(events[2]?.event).not.toHaveProperty('json');
  });

  it('are values, parameters and answers under their own names, as far as they have their form', () => {
    const { events, answers, config, params } = read({
      'config.json': '{"region": "eu", "size": 3, "__proto__": {"a": 1}, "list": []}',
      'params.json': { get: { id: '1' }, bad: 7 },
      'answers.json': [{ path: '/me', status: 204 }],
    });
    expect({ events, answers }).toEqual({ events: [], answers: [{ path: '/me', status: 204 }] });
    expect([Object.entries(config), Object.entries(params)]).toEqual([
      [
        ['region', 'eu'],
        ['size', 3],
      ],
      [['get', { id: '1' }]],
    ]);
  });

  it.each([
    ['no JSON', 'a.json', '{'],
    ['a nest of brackets', 'a.json', '['.repeat(100_000)],
    ['more than 1 MiB', 'a.json', `"${'x'.repeat(1_100_000)}"`],
    ['an answer without a path', 'answers.json', '[{"status": 200}]'],
    ['an answer with a header that is no text', 'answers.json', '[{"path": "/", "headers": {"a": 1}}]'],
    ['an answer of an impossible status', 'answers.json', '[{"path": "/", "status": 99}]'],
  ])('that are %s are told, and nothing is thrown', (_what, name, text) => {
    expect(read({ [name]: text })).toMatchObject({ events: [], answers: null, problems: [{ file: `fixtures/${name}` }] });
  });
});
