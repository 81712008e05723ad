/**
 * What an author lays beside the adapter for its checks, in `fixtures/`: events with what they become, what the
 * service answers when all is well, values of the configuration, parameters of the operations.
 */
import type { InboundEvent } from '../../schemas/message.ts';
import { MAX_JSON_DEPTH, nestsTooDeep } from '../ingress/payload.ts';

export interface EventFixture {
  /** `fixtures/text.json`. */
  file: string;
  event: InboundEvent;
  /** What `receive` makes of it: each element's fields that are named; null when the file does not say. */
  expect: Record<string, unknown>[] | null;
}

export interface AnswerFixture {
  /** Any without it. */
  method?: string;
  /** The path of the URL; `*` stands for any characters. */
  path: string;
  /** 200 without it. */
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is; anything else as JSON. */
  body?: unknown;
}

export interface Fixtures {
  events: EventFixture[];
  /** null when the folder has no `fixtures/answers.json`. */
  answers: AnswerFixture[] | null;
  config: Record<string, string | number | boolean>;
  params: Record<string, Record<string, unknown>>;
  /** Files that cannot be used, and why. */
  problems: { file: string; message: string }[];
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

export const RECEIVED_AT = '2026-01-02T03:04:05.000Z';

/** An event as ingress would hand it over; what `part` leaves out is that of a JSON webhook. */
export const eventOf = (part: Omit<Partial<InboundEvent>, 'body'> & { body?: unknown }, path: string): InboundEvent => {
  const { body, json, form, ...rest } = part;
  const isForm = form !== undefined;
  const text = typeof body === 'string' ? body : body === undefined && json === undefined ? '' : JSON.stringify(body ?? json);
  const value = isForm ? undefined : (json ?? (typeof body === 'string' ? parse(body) : body));
  return {
    id: '01J00000000000000000000000',
    event_id: 'event-1',
    channel_id: 'checked',
    received_at: RECEIVED_AT,
    source: 'webhook',
    path,
    query: {},
    headers: {},
    content_type: isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    ...rest,
    body: isForm ? new URLSearchParams(Object.entries(form).flatMap(([name, all]) => all.map((one) => [name, one]))).toString() : text,
    ...(isForm ? { form } : {}),
    ...(value === undefined ? {} : { json: value }),
  };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A platform's own body may have an `event` too: ours has nothing beside it but what is ours. */
const isWrapped = (value: unknown): value is { event: Json; expect?: unknown } =>
  isObject(value) && isObject(value.event) && Object.keys(value).every((key) => ['event', 'expect', 'description'].includes(key));

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');
const isText = (value: unknown): value is string => typeof value === 'string';

/** Of what an author may say of an event, what has its form. */
const partOf = (event: Json): Parameters<typeof eventOf>[0] => ({
  ...('body' in event ? { body: event.body } : {}),
  ...(isObject(event.form) ? { form: Object.fromEntries(entriesOf(event.form, isTexts)) } : {}),
  ...(isObject(event.headers) ? { headers: Object.fromEntries(entriesOf(event.headers, isText)) } : {}),
  ...(isObject(event.query) ? { query: Object.fromEntries(entriesOf(event.query, isText)) } : {}),
  ...(isText(event.content_type) ? { content_type: event.content_type } : {}),
  ...(event.source === 'emit' ? { source: 'emit' as const } : {}),
});

const readEvent = (file: string, value: unknown, path: string): EventFixture => {
  if (!isWrapped(value)) return { file, event: eventOf({ body: value }, path), expect: null };
  return {
    file,
    event: eventOf(partOf(value.event), path),
    expect: Array.isArray(value.expect) ? value.expect.filter(isObject) : null,
  };
};

const FOLDER = /^fixtures\/[^/]+\.json$/;
const LARGEST_BYTES = 1_048_576;

type Plain = string | number | boolean;
const isPlain = (value: unknown): value is Plain => ['string', 'number', 'boolean'].includes(typeof value);

const entriesOf = <Value>(value: unknown, fits: (one: unknown) => one is Value): [string, Value][] =>
  isObject(value) ? Object.entries(value).filter((entry): entry is [string, Value] => fits(entry[1])) : [];

const isAnswer = (value: unknown): value is AnswerFixture =>
  isObject(value) &&
  typeof value.path === 'string' &&
  (value.method === undefined || typeof value.method === 'string') &&
  (value.status === undefined || (Number.isInteger(value.status) && Number(value.status) >= 200 && Number(value.status) <= 599)) &&
  (value.headers === undefined || (isObject(value.headers) && Object.values(value.headers).every((one) => typeof one === 'string')));

/** What the file says, or why it says nothing: the host hands over nothing deeper either. */
const readFile = (bytes: Uint8Array): { value: unknown } | { message: string } => {
  if (bytes.length > LARGEST_BYTES) return { message: 'It is larger than 1 MiB.' };
  const text = new TextDecoder().decode(bytes);
  if (nestsTooDeep(text, MAX_JSON_DEPTH)) return { message: `It nests deeper than ${MAX_JSON_DEPTH}.` };
  const value = parse(text);
  return value === undefined ? { message: 'It is no JSON.' } : { value };
};

/** From a folder's files; `path` is the webhook's. Never throws. */
export const readFixtures = (files: ReadonlyMap<string, Uint8Array>, path: string): Fixtures => {
  const fixtures: Fixtures = { events: [], answers: null, config: {}, params: {}, problems: [] };
  for (const [file, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!FOLDER.test(file)) continue;
    const read = readFile(bytes);
    if ('message' in read) fixtures.problems.push({ file, message: read.message });
    else if (file === 'fixtures/config.json') fixtures.config = Object.fromEntries(entriesOf(read.value, isPlain));
    else if (file === 'fixtures/params.json') fixtures.params = Object.fromEntries(entriesOf(read.value, isObject));
    else if (file !== 'fixtures/answers.json') fixtures.events.push(readEvent(file, read.value, path));
    else if (Array.isArray(read.value) && read.value.every(isAnswer)) fixtures.answers = read.value;
    else fixtures.problems.push({ file, message: 'It is no list of {method, path, status, headers, body}.' });
  }
  return fixtures;
};
