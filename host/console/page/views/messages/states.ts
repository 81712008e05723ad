/** The states that a message or delivery can be in, for the lists that are narrowed by them. */
import type { Message } from '../../api/answers.ts';

export const INBOUND = [
  'received',
  'dispatched',
  'answered',
  'ignored',
  'rejected',
  'failed',
] as const satisfies readonly Message['state'][];
export const OUTBOUND = [
  'pending',
  'sending',
  'sent',
  'delivered',
  'read',
  'held',
  'unknown',
  'expired',
  'dead',
] as const satisfies readonly Message['state'][];

export const statesOf = (direction: string | undefined): readonly Message['state'][] => {
  if (direction === 'inbound') return INBOUND;
  return direction === 'outbound' ? OUTBOUND : [...INBOUND, ...OUTBOUND];
};
