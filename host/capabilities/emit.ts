/** The capability `emit`: records a raw event of this channel exactly as ingress does; answers after its commit. */
import { CapabilityError, type CapabilityHandler } from '../sandbox/confined.ts';

const LONGEST_ID = 255;

/** Rejects with `INVALID_PARAMS`, or as `record` does while the channel takes no events. */
export const createEmitCapability =
  (record: (event_id: string, body: string) => Promise<unknown>): CapabilityHandler =>
  async (args) => {
    const { event_id, body } = (args ?? {}) as { event_id?: unknown; body?: unknown };
    if (typeof event_id !== 'string' || event_id === '' || event_id.length > LONGEST_ID || typeof body !== 'string') {
      throw new CapabilityError('INVALID_PARAMS', `emit takes {event_id, body}: an id of 1 to ${LONGEST_ID} characters and a text.`);
    }
    await record(event_id, body);
    return null;
  };
