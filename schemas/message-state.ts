/** The states of a message that came in, and of one that goes out, in the order of their life. */
export const INBOUND_STATES = ['received', 'dispatched', 'answered', 'ignored', 'rejected', 'failed'] as const;
export const OUTBOUND_STATES = ['pending', 'sending', 'sent', 'delivered', 'read', 'held', 'unknown', 'expired', 'dead'] as const;
