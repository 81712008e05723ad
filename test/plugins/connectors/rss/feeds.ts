/** One feed in each of its formats, and feeds as nobody should write them. */

export const RSS2 = `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>The Kettle &amp; Co</title><link>https://kettle.example/</link><description>About &lt;b&gt;tea&lt;/b&gt;</description>
<language>en-gb</language><lastBuildDate>Sat, 03 Jan 2026 00:00:00 GMT</lastBuildDate><atom:link rel="self" href="https://kettle.example/self"/>
<image><title>Logo</title><url>https://kettle.example/logo.png</url></image>
<item><title><![CDATA[Tea & <i>milk</i>]]></title><link>https://kettle.example/1</link><guid isPermaLink="false">urn:1</guid>
<pubDate>Fri, 02 Jan 2026 03:04:05 EST</pubDate><dc:creator>Ada Leaf</dc:creator><category>tea</category><category>milk</category>
<description>&lt;p&gt;Short&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description><content:encoded><![CDATA[<p>Long</p><p>text</p>]]></content:encoded>
<enclosure url="https://kettle.example/1.mp3" type="audio/mpeg" length="1234"/></item>
<item><title>No id</title><pubDate>yesterday</pubDate></item>
<item><guid>https://kettle.example/3</guid><title>By guid</title><pubDate>2026-01-01T00:00:00Z</pubDate></item>
<item><guid>https://kettle.example/3</guid><title>Twice</title></item>
</channel></rss>`;

export const ATOM = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="html">Der &amp;lt;Kessel&amp;gt;</title><updated>2026-01-03T00:00:00+01:00</updated>
<link rel="self" href="/self"/><link href="/home"/>
<entry><id>tag:kettle.example,2026:1</id><title>Tee</title><link rel="enclosure" href="/1.mp3" type="audio/mpeg" length="9"/><link href="/1"/>
<author><name>Bo Pot</name><email>bo@kettle.example</email></author><published>2026-01-02T03:04:05Z</published><updated>2026-01-02T04:00:00Z</updated>
<category term="tee" label="Tee"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><title>inner</title><p>Viel Text</p></div></content></entry></feed>`;

export const RDF = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://old.example/"><title>Old</title><link>https://old.example/</link><items><rdf:Seq><rdf:li resource="https://old.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://old.example/1"><title>One</title><link>https://old.example/1</link><dc:date>2026-01-02</dc:date></item></rdf:RDF>`;

export const JSON_FEED = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: 'Json',
  home_page_url: 'https://json.example/',
  items: [
    {
      id: 7,
      url: 'https://json.example/7',
      title: 'Seven',
      content_html: '<p>Some <b>text</b></p>',
      date_published: '2026-01-02T03:04:05-01:00',
      authors: [{ name: 'Ada' }],
      tags: ['x'],
      attachments: [{ url: 'https://json.example/7.mp3', mime_type: 'audio/mpeg', size_in_bytes: 5 }, { url: 'javascript:alert(1)' }],
    },
  ],
});

export const BILLION_LAUGHS = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY lol "lol">${Array.from(
  { length: 9 },
  (_, n) => `<!ENTITY lol${n + 1} "${`&lol${n === 0 ? '' : n};`.repeat(10)}">`,
).join('')}]><rss version="2.0"><channel><title>&lol9;</title><item><guid>1</guid><title>&lol9;</title></item></channel></rss>`;

export const externalEntity = (url: string): string =>
  `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "${url}"><!ENTITY % more SYSTEM "${url}">%more;]>
<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>&file;|&net;</title></item></channel></rss>`;

/** Each item with a text of its own, newest first. */
export const longFeed = (items: number): string => {
  const body = '&lt;p&gt;Some words about tea, and then some more of them, so that it is like a feed.&lt;/p&gt;'.repeat(4);
  const all = Array.from({ length: items }, (_, n) => {
    const date = new Date(Date.UTC(2026, 0, 1) - n * 60_000).toISOString();
    return `<item><guid>id-${n}</guid><title>Item ${n}</title><link>https://long.example/${n}</link><pubDate>${date}</pubDate><description>${body}</description></item>`;
  });
  return `<rss version="2.0"><channel><title>Long</title>${all.join('\n')}</channel></rss>`;
};
