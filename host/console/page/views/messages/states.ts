/** The states that a list of messages can be narrowed to. */
import { INBOUND_STATES, OUTBOUND_STATES } from '../../../../../schemas/message-state.ts';

export const statesOf = (direction: string | undefined): readonly string[] => {
  if (direction === 'inbound') return INBOUND_STATES;
  return direction === 'outbound' ? OUTBOUND_STATES : [...INBOUND_STATES, ...OUTBOUND_STATES];
};
