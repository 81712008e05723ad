/** What is asked for with a new token. Pure. */
import { fromLocal } from '../../parts/local-time.ts';

export interface NewToken {
  name: string;
  role: string;
  /** A span of the API, `never`, or `own`: then `ends` says when. */
  expires: string;
  /** As a field of the type `datetime-local` holds it. */
  ends: string;
}

export const SPANS: readonly (readonly [value: string, words: string])[] = [
  ['1d', 'in a day'],
  ['30d', 'in 30 days'],
  ['90d', 'in 90 days'],
  ['own', 'at a time of your own'],
  ['never', 'never'],
];

export const tokenBody = ({ name, role, expires, ends }: NewToken): object => ({
  name: name.trim(),
  role,
  ...(expires === 'own' ? { expires_at: fromLocal(ends) ?? ends } : {}),
  ...(expires === 'own' || expires === 'never' ? {} : { expires }),
});
