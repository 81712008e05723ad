/** What an approval would let happen, read from its request, whose shape is its kind's own. Pure. */
import type { Approval } from '../../api/answers.ts';

export interface ConnectorWish {
  kind: 'connector';
  evidence_id: string;
  connector: string;
  operation: string;
  /** Null when they were erased. */
  params: unknown;
  session_id: string | null;
  effect: string | null;
  risk: string | null;
  /** Where whoever asked writes. */
  channel_id: string | null;
  user_key: string | null;
}

export interface ModeWish {
  kind: 'mode';
  mode: 'network_mode' | 'execution_phase';
  value: string;
  reason: string | null;
}

/** Of a kind that this page does not know. */
export interface OtherWish {
  kind: 'other';
}

export type Wish = ConnectorWish | ModeWish | OtherWish;

export const MODE_TITLES = { network_mode: 'Network mode', execution_phase: 'Phase' } as const;

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const connectorWish = (request: Fields): Wish => {
  const { evidence_id, connector, operation } = request;
  if (typeof evidence_id !== 'string' || typeof connector !== 'string' || typeof operation !== 'string') return { kind: 'other' };
  const caller = fieldsOf(request.caller);
  return {
    kind: 'connector',
    evidence_id,
    connector,
    operation,
    params: request.params ?? null,
    session_id: textOrNull(request.session_id),
    effect: textOrNull(request.effect),
    risk: textOrNull(request.risk),
    channel_id: textOrNull(caller.channel_id),
    user_key: textOrNull(caller.user_key),
  };
};

export const wishOf = ({ kind, request }: Pick<Approval, 'kind' | 'request'>): Wish => {
  const fields = fieldsOf(request);
  if (kind === 'connector_request') return connectorWish(fields);
  if ((kind === 'network_mode' || kind === 'execution_phase') && typeof fields.value === 'string')
    return { kind: 'mode', mode: kind, value: fields.value, reason: textOrNull(fields.reason) };
  return { kind: 'other' };
};

/** In a line. */
export const titleOf = (approval: Pick<Approval, 'kind' | 'request'>): string => {
  const wish = wishOf(approval);
  if (wish.kind === 'connector') return `${wish.connector}.${wish.operation}`;
  if (wish.kind === 'mode') return `${MODE_TITLES[wish.mode]} to ${wish.value}`;
  return approval.kind.replaceAll('_', ' ');
};
