import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../host/capabilities/decode-text.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const SHIFT_JIS = Buffer.from([0x93, 0xfa, 0x96, 0x7b]);

describe('the text of an answer', () => {
  test.each<[string, Buffer, string | undefined, string, string]>([
    ['a byte order mark, against the content type', Buffer.from('\ufeffgrüße'), 'text/html; charset=iso-8859-1', 'utf-8', 'grüße'],
    ['a mark of UTF-16', Buffer.from('\ufeffgrüße', 'utf16le'), undefined, 'utf-16le', 'grüße'],
    ['the content type, against the document', latin1('<meta charset=utf-8>grüße'), 'text/html;charset="latin1"', 'windows-1252', 'grüße'],
    ['a meta element', latin1('<html><meta charset="iso-8859-2">\xb1'), 'text/html', 'iso-8859-2', 'ą'],
    [
      'a meta element of the old form',
      Buffer.concat([latin1('<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=Shift_JIS">'), SHIFT_JIS]),
      'text/html',
      'shift_jis',
      '日本',
    ],
    ['an XML declaration', latin1('<?xml version="1.0" encoding=\'koi8-r\'?><a>\xc1'), 'application/rss+xml', 'koi8-r', 'а'],
    ['a document of no stated type', latin1('<meta charset=windows-1251>\xe0'), undefined, 'windows-1251', 'а'],
    ['a meta element that says UTF-16 and could be read', Buffer.from('<meta charset=utf-16>grüße'), 'text/html', 'utf-8', 'grüße'],
    ['a label that nobody knows', Buffer.from('grüße'), 'text/plain; charset=klingon', 'utf-8', 'grüße'],
    ['nothing', Buffer.from('grüße'), 'text/plain', 'utf-8', 'grüße'],
  ])('is read by %s', (_, bytes, type, charset, text) => {
    const decoded = decodeText(bytes, type);
    expect(decoded.charset).toBe(charset);
    expect(decoded.text.endsWith(text)).toBe(true);
    expect(decoded.text.startsWith('\ufeff')).toBe(false);
  });

  test('is not read by a comment, by what stands beyond 1024 bytes, or by what is no markup', () => {
    const meta = '<meta charset=windows-1251>';
    for (const [bytes, type] of [
      [latin1(`<!-- ${meta} -->`), 'text/html'],
      [latin1(' '.repeat(1024) + meta), 'text/html'],
      [latin1(`{"a": "${meta}"}`), 'application/json'],
    ] as const)
      expect(decodeText(bytes, type).charset).toBe('utf-8');
  });

  test('is read whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.string(), (bytes, type) => typeof decodeText(Buffer.from(bytes), type).text === 'string'));
  });
});
