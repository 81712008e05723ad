/**
 * What an author lays beside the adapter for its checks, in `fixtures/`: events with what they become, what the
 * service answers when all is well, values of the configuration, parameters of the operations.
 */
import type { InboundEvent } from '../../schemas/message.ts';

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
export const eventOf = (part: Partial<InboundEvent> & { body?: unknown }, path: string): InboundEvent => {
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
const isWrapped = (value: unknown): value is { event: Partial<InboundEvent>; expect?: unknown } =>
  isObject(value) && isObject(value.event) && Object.keys(value).every((key) => ['event', 'expect', 'description'].includes(key));

const readEvent = (file: string, value: unknown, path: string): EventFixture => {
  if (!isWrapped(value)) return { file, event: eventOf({ body: value } as never, path), expect: null };
  return {
    file,
    event: eventOf(value.event, path),
    expect: Array.isArray(value.expect) ? value.expect.filter(isObject) : null,
  };
};

const FOLDER = /^fixtures\/[^/]+\.json$/;

/** From a folder's files; `path` is the webhook's. Never throws. */
export const readFixtures = (files: ReadonlyMap<string, Uint8Array>, path: string): Fixtures => {
  const fixtures: Fixtures = { events: [], answers: null, config: {}, params: {}, problems: [] };
  for (const [file, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!FOLDER.test(file)) continue;
    const value = parse(new TextDecoder().decode(bytes));
    if (value === undefined) fixtures.problems.push({ file, message: 'It is no JSON.' });
    else if (file === 'fixtures/config.json') Object.assign(fixtures.config, isObject(value) ? value : {});
    else if (file === 'fixtures/params.json') Object.assign(fixtures.params, isObject(value) ? value : {});
    else if (file !== 'fixtures/answers.json') fixtures.events.push(readEvent(file, value, path));
    else if (Array.isArray(value) && value.every((one) => isObject(one) && typeof one.path === 'string')) fixtures.answers = value;
    else fixtures.problems.push({ file, message: 'It is no list of {method, path, status, headers, body}.' });
  }
  return fixtures;
};
