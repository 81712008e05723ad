/** How long what is kept, from the policy: until which time each kind of row is old. Pure. */

const DAY_MS = 86_400_000;

export interface RetentionPolicy {
  messages_days: number;
  events_days: number;
  audit_days: number;
  /** A channel's own `retention_days`; undefined without one. */
  channel_days(channel_id: string): number | undefined;
  /** An event's key refuses repeats for at least this long. */
  dedupe_window_ms: number;
}

export interface Ages {
  /** Events received before this go. */
  events: number;
  /** Rows of the trail older than this go, as far as a head was signed by then. */
  audit: number;
  /** A message made before `blank` loses its content; before `remove` its row goes, and with it the key that refuses it. */
  messages(channel_id: string): { blank: number; remove: number };
}

/** The keys of a message outlive a short retention: while an event could be repeated, they still refuse it. */
export const agesAt = (now: number, policy: RetentionPolicy): Ages => {
  const events = now - Math.max(policy.events_days * DAY_MS, policy.dedupe_window_ms);
  return {
    events,
    audit: now - policy.audit_days * DAY_MS,
    messages(channel_id) {
      const blank = now - (policy.channel_days(channel_id) ?? policy.messages_days) * DAY_MS;
      return { blank, remove: Math.min(blank, events) };
    },
  };
};
