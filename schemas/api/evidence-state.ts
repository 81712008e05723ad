/** How a request to a connector stands, or ended. */
export const EVIDENCE_STATES = [
  'started',
  'success',
  'failed',
  'denied',
  'rate_limited',
  'requires_approval',
  'timeout',
  'unknown',
] as const;
