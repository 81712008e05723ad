import { describe, expect, it } from 'vitest';
import { InvalidParamsError } from '../../../plugins/sdk/connector.ts';
import { contentParam, integerParam, urlParam } from '../../../plugins/sdk/params.ts';

describe('urlParam', () => {
  it('gives an address as it will be asked for', () => {
    expect(urlParam({ url: 'HTTPS://Tea.example:443/a?b=c' }, 'url')).toBe('https://tea.example/a?b=c');
  });

  it.each([
    undefined,
    7,
    '',
    'tea.example',
    '/a',
    'ftp://tea.example/',
    'javascript:alert(1)',
    'https://u:p@tea.example/',
    'https://tea.example/#',
    'https://tea.example/ a',
    'https://tea.example/\nb',
  ])('refuses %j by the name of the parameter', (url) => {
    expect(() => urlParam({ url }, 'url')).toThrow(InvalidParamsError);
    expect(() => urlParam({ url }, 'url')).toThrow(/^'url' /);
  });
});

describe('integerParam', () => {
  const bounds = { least: 1, most: 5, otherwise: 3 };

  it('gives what is given, or what is meant otherwise', () => {
    expect([{ n: 1 }, { n: 5 }, {}, { n: null }].map((params) => integerParam(params, 'n', bounds))).toEqual([1, 5, 3, 3]);
  });

  it.each([0, 6, 1.5, '2', Number.NaN, true])('refuses %j', (n) => {
    expect(() => integerParam({ n }, 'n', bounds)).toThrow(new InvalidParamsError("'n' is no whole number from 1 to 5"));
  });
});

describe('contentParam', () => {
  it('gives a text and bytes alike', () => {
    const long = 'grün 😀 '.repeat(5_000);
    expect(contentParam({ content: long }, 'it')).toBe(Buffer.from(long).toString('base64'));
    expect(contentParam({ content_base64: 'YQ==' }, 'it')).toBe('YQ==');
    expect(contentParam({ content: '' }, 'it')).toBe('');
  });

  it.each([
    {},
    { content: 'a', content_base64: 'YQ==' },
    { content_base64: 'a' },
    { content_base64: 'Y§==' },
    { content_base64: 'YQ==YQ==' },
  ])('refuses %j', (params) => {
    expect(() => contentParam(params, "'file'")).toThrow(InvalidParamsError);
  });
});
