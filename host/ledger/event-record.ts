/** Between an event and its row: the request as the platform sent it, sealed until it is parsed. */
import type { InboundEvent } from '../../schemas/message.ts';
import type { StoredEvent } from '../db/tables/events.ts';
import type { EventRow } from '../db/unit.ts';
import type { Seal } from '../secrets/seal.ts';

type Request = Pick<InboundEvent, 'path' | 'query' | 'headers' | 'content_type' | 'body'>;

const place = (id: string) => ({ table: 'events', row: id, column: 'request' });

export const eventRow = (seal: Seal, event: InboundEvent, received_at: number): EventRow => {
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
    request: () => seal.seal(JSON.stringify(request), place(event.id)),
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

export const storedEvent = (seal: Seal, row: StoredEvent): InboundEvent => {
  const request = JSON.parse(seal.open(row.request ?? '', place(row.id))) as Request;
  return withParsedBody({
    id: row.id,
    event_id: row.event_id,
    channel_id: row.channel_id,
    received_at: new Date(row.received_at).toISOString(),
    source: row.source,
    ...request,
  });
};
