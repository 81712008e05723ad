/** The host's own messages: no platform brought them, and no adapter can make one. They start a run. */
import type { InboundMessage } from '../../schemas/message.ts';

/** Every event has an id: a message without one was written here. */
export const isOwn = ({ type, event_id }: Pick<InboundMessage, 'type' | 'event_id'>): boolean => type === 'system' && event_id === '';
