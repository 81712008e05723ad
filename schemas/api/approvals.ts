/** Approvals and pairings as the API shows them. */
import Type from 'typebox';
import { closed, orNull, PageQuery, Time } from './common.ts';

export const ApprovalsQuery = Type.Object(PageQuery, closed);
export const ByCode = Type.Object({ code: Type.String({ minLength: 1, maxLength: 64 }) }, closed);

export const ApprovalAnswer = Type.Object(
  {
    id: Type.String(),
    seq: Type.Integer(),
    kind: Type.String(),
    request: Type.Unknown({ description: 'Exactly what is approved.' }),
    state: Type.Enum(['pending', 'approved', 'denied', 'used', 'expired'] as const),
    requested_by: Type.String(),
    requested_at: Time,
    expires_at: Time,
    decided_by: orNull(Type.String()),
    decided_at: orNull(Time),
    used_at: orNull(Time),
  },
  { title: 'Approval' },
);

export const PairingAnswer = Type.Object(
  {
    code: Type.String(),
    channel_id: Type.String(),
    user_key: Type.String(),
    state: Type.Enum(['pending', 'approved', 'expired'] as const),
    created_at: Time,
    expires_at: Time,
    decided_by: orNull(Type.String()),
    decided_at: orNull(Time),
  },
  { title: 'Pairing' },
);
