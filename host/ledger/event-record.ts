/** Between an event and its row: the request as the platform sent it, sealed until it is parsed. */
import type { InboundEvent } from '../../schemas/message.ts';
import type { StoredEvent } from '../db/tables/events.ts';
import type { EventRow } from '../db/unit.ts';
import type { ContentKeys } from '../secrets/content-keys.ts';

type Request = Pick<InboundEvent, 'path' | 'query' | 'headers' | 'content_type' | 'body'>;

const place = (id: string) => ({ table: 'events', row: id, column: 'request' });

export const eventRow = (keys: ContentKeys, event: InboundEvent, received_at: number): EventRow => {
  const request: Request = {
    path: event.path,
    query: event.query,
    headers: event.headers,
    content_type: event.content_type,
    body: event.body,
  };
  return {
    id: event.id,
    channel_id: event.channel_id,
    event_id: event.event_id,
    source: event.source,
    received_at,
    request: () => keys.sealEvent(JSON.stringify(request), place(event.id)),
    erased_key: keys.erasedKey('event', event.channel_id, event.event_id),
  };
};

/** `form` and `json` follow from the content type and the body, so they are not stored. */
export const withParsedBody = (event: InboundEvent): InboundEvent => {
  const type = event.content_type.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') {
    const form: Record<string, string[]> = Object.create(null);
    for (const [name, value] of new URLSearchParams(event.body)) (form[name] ??= []).push(value);
    return { ...event, form };
  }
  if (event.source === 'emit' || type === 'application/json' || type?.endsWith('+json')) {
    try {
      return { ...event, json: JSON.parse(event.body) };
    } catch {
      return event;
    }
  }
  return event;
};

const NOTHING = { path: '', query: {}, headers: {}, content_type: '', body: '' } as const satisfies Request;

/** Where the key of its day is gone, an event has no body any more. */
export const storedEvent = (keys: ContentKeys, row: StoredEvent): InboundEvent => {
  const text = openRequest(keys, row);
  const request = text === null ? NOTHING : (JSON.parse(text) as Request);
  return withParsedBody({
    id: row.id,
    event_id: row.event_id,
    channel_id: row.channel_id,
    received_at: new Date(row.received_at).toISOString(),
    source: row.source,
    ...request,
  });
};

/** The body of an event that waits or was given up, as text; null when it has none. */
export const openRequest = (keys: ContentKeys, row: Pick<StoredEvent, 'id' | 'request'>): string | null =>
  row.request === null ? null : keys.open(row.request, place(row.id));

export const sealRequest = (keys: ContentKeys, id: string, request: string): string => keys.sealEvent(request, place(id));
