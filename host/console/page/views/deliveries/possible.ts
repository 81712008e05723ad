/** What may be done with a delivery in its state; the host decides it again. Pure. */
import type { Message } from '../../api/answers.ts';

const RETRYABLE: ReadonlySet<Message['state']> = new Set(['unknown', 'expired', 'dead']);
const DROPPABLE: ReadonlySet<Message['state']> = new Set(['pending', 'held', 'unknown', 'expired', 'dead']);

type Delivery = Pick<Message, 'direction' | 'state' | 'reason'>;

export const canRetry = ({ direction, state, reason }: Delivery): boolean =>
  direction === 'outbound' && RETRYABLE.has(state) && reason !== 'ERASED';

/** What was given up once need not be given up again. */
export const canDrop = ({ direction, state, reason }: Delivery): boolean =>
  direction === 'outbound' && DROPPABLE.has(state) && !(state === 'dead' && (reason === 'DROPPED' || reason === 'ERASED'));
