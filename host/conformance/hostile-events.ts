/** Events that no honest platform sends, and honest ones with something broken in them. The same ones every time. */
import type { InboundEvent } from '../../schemas/message.ts';
import type { EventFixture } from './fixtures.ts';

export interface HostileEvent {
  /** As the reader of a problem is told. */
  what: string;
  part: Omit<Partial<InboundEvent>, 'body'> & { body?: unknown };
}

/** The deepest that the host hands over. */
const DEPTH = 60;
const LONG = 'x'.repeat(100_000);
const ODD = 'a\u0000b\u001b[31m\u202ec\ud800';

const deep = (depth: number): unknown => (depth === 0 ? 1 : depth % 2 === 0 ? [deep(depth - 1)] : { a: deep(depth - 1) });
/** As JSON.parse makes them: own keys, whatever they are called. */
const prototypeKeys: unknown = JSON.parse(
  '{"__proto__":{"text":"x"},"constructor":{"prototype":{}},"toString":1,"hasOwnProperty":null,"valueOf":[]}',
);

const JSON_VALUES: readonly [string, unknown][] = [
  ['null', null],
  ['true', true],
  ['a number', -1],
  ['a text', 'text'],
  ['a long text', LONG],
  ['an empty list', []],
  ['a list of lists', [[[]], [null]]],
  ['an empty object', {}],
  ['an object of unknown keys', { unknown: { kind: 'of event' } }],
  ['JSON 60 deep', deep(DEPTH)],
  ['an object of 5,000 keys', Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, index]))],
  ['keys that every object has', prototypeKeys],
  ['control characters and lone surrogates', { text: ODD, id: ODD, [ODD]: ODD }],
];

const FORMS: readonly [string, Record<string, string[]>][] = [
  ['an empty form', {}],
  ['a form with empty fields', { MessageSid: [], Body: [''], From: ['', ''] }],
  ['a form with keys that every object has', JSON.parse('{"__proto__":["x"],"constructor":["y"]}')],
];

export const strangeEvents = (): HostileEvent[] => [
  ...JSON_VALUES.map(([what, body]) => ({ what: `an event of ${what}`, part: { body: JSON.stringify(body), json: body } })),
  ...FORMS.map(([what, form]) => ({ what: `an event of ${what}`, part: { form } })),
  ...['', 'not json', '<xml/>', ODD, LONG].map((body) => ({
    what: `a body of ${JSON.stringify(body.slice(0, 20))}`,
    part: { body, content_type: 'text/plain' },
  })),
  { what: 'an event of its own making', part: { body: '{}', source: 'emit', content_type: '', path: '', query: {}, headers: {} } },
];

const REPLACEMENTS: readonly [string, unknown][] = [
  ['missing', undefined],
  ['null', null],
  ['0', 0],
  ['-1.5', -1.5],
  ['1e21', 1e21],
  ['true', true],
  ['""', ''],
  ['a long text', LONG.slice(0, 5000)],
  ['a text of odd characters', ODD],
  ['[]', []],
  ['[null]', [null]],
  ['{}', {}],
  ['an object of keys that every object has', prototypeKeys],
];

type Step = string | number;
const isContainer = (value: unknown): value is Record<string, unknown> | unknown[] => typeof value === 'object' && value !== null;

const placesIn = (value: unknown, path: readonly Step[] = []): Step[][] =>
  isContainer(value)
    ? Object.entries(value).flatMap(([key, child]) => {
        const at = [...path, Array.isArray(value) ? Number(key) : key];
        return [at, ...placesIn(child, at)];
      })
    : [];

const replaced = (value: unknown, [step, ...rest]: readonly Step[], by: unknown): unknown => {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((child, index) => (index === step ? (replaced(child, rest, by) ?? null) : child));
  return Object.fromEntries(Object.entries(value as object).map(([key, child]) => [key, key === step ? replaced(child, rest, by) : child]));
};

const MOST_PLACES = 60;

/** About `most` of them, spread over places and replacements. */
export const someBroken = (fixture: EventFixture, most: number): HostileEvent[] => {
  const all = [...brokenEvents(fixture)];
  const step = Math.max(1, Math.ceil(all.length / most));
  // A step of as many as there are replacements would always take the same one.
  const spread = step % REPLACEMENTS.length === 0 ? step + 1 : step;
  return all.filter((_event, index) => index % spread === 0);
};

/** Each place of the event's JSON or form, with each replacement. */
function* brokenEvents({ file, event }: EventFixture): Generator<HostileEvent> {
  const { form, json, id: _id, event_id: _event, body: _body, ...rest } = event;
  const root = form ?? json;
  if (!isContainer(root)) return;
  for (const place of placesIn(root).slice(0, MOST_PLACES)) {
    for (const [word, by] of REPLACEMENTS) {
      const what = `${file} with ${place.join('.')} ${word === 'missing' ? 'missing' : `= ${word}`}`;
      // The host makes forms of texts only, each name with its list.
      if (form !== undefined) {
        if (place.length > 1) continue;
        const texts = by === undefined || Array.isArray(by) ? by?.map(String) : [typeof by === 'string' ? by : JSON.stringify(by)];
        yield { what, part: { ...rest, form: asForm(replaced(form, place, texts)) } };
      } else {
        const value = replaced(json, place, by);
        yield { what, part: { ...rest, body: JSON.stringify(value), json: value } };
      }
    }
  }
}

const asForm = (value: unknown): Record<string, string[]> =>
  Object.fromEntries(Object.entries(value as object).filter(([, all]) => Array.isArray(all)) as [string, string[]][]);
