/** When a token ends: a time from now (`90m`, `12h`, `30d`) or a date. */
import { AppError } from '../../errors.ts';

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
export const DURATION = '^[1-9][0-9]{0,4}[mhd]$';

/** Wall time in ms; null: never. */
export const parseExpiry = (
  given: { expires?: string | null | undefined; expires_at?: string | null | undefined },
  now: number,
): number | null => {
  const { expires = null, expires_at = null } = given;
  if (expires !== null && expires_at !== null)
    throw new AppError('INVALID_PARAMS', 'expires and expires_at are both given.', 'Give one of them.');
  if (expires !== null) return now + Number.parseInt(expires, 10) * (UNITS_MS[expires.slice(-1)] as number);
  return expires_at === null ? null : Date.parse(expires_at);
};
