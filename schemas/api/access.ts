/** Tokens and logins. */
import Type from 'typebox';
import { closed, orNull, Time } from './common.ts';

const RoleName = Type.Enum(['viewer', 'operator', 'admin'] as const);
/** It stands in the audit trail as `token:<name>`. */
const TokenName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$',
  description: 'Shown in the audit trail as token:NAME. Letters, digits, space and . _ @ -, at most 64.',
});

export const TokenAnswer = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: RoleName,
    created_at: Time,
    created_by: Type.String(),
    expires_at: orNull(Time),
    last_used_at: orNull(Time),
  },
  { title: 'Token' },
);
export const NewTokenBody = Type.Object(
  {
    name: TokenName,
    role: RoleName,
    expires: Type.Optional(orNull(Type.String({ pattern: '^[1-9][0-9]{0,4}[mhd]$', description: 'From now: 90m, 12h, 30d.' }))),
    expires_at: Type.Optional(orNull(Time)),
  },
  { ...closed, title: 'NewToken' },
);
export const CreatedTokenAnswer = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: RoleName,
    token: Type.String({ description: 'Shown here and nowhere else.' }),
    expires_at: orNull(Time),
  },
  { title: 'CreatedToken' },
);
export const LoginBody = Type.Object({ token: Type.String({ minLength: 1, maxLength: 512 }) }, { ...closed, title: 'Login' });
export const LoginAnswer = Type.Object({ name: Type.String(), role: RoleName }, { title: 'LoggedIn' });
