/** What becomes of a 3xx: the method rules of the Fetch standard (https://fetch.spec.whatwg.org/#http-redirect-fetch). */
import { nameTarget, parseTarget, type Target } from './target.ts';

export const MAX_REDIRECTS = 5;
/** In a list of origins: all of them. Each hop's address and domain are judged all the same. */
const ANY_ORIGIN = '*';

export interface RedirectFacts {
  status: number;
  location: string | undefined;
  from: Target;
  method: string;
  /** Redirects followed so far. */
  followed: number;
  redirect_origins: readonly string[];
}

export type RedirectDecision =
  | { effect: 'answer' }
  | { effect: 'refuse'; message: string }
  | { effect: 'follow'; target: Target; method: string; keepsBody: boolean; leavesOrigin: boolean };

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const nextMethod = (status: number, method: string): string => {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
};

export const decideRedirect = (facts: RedirectFacts): RedirectDecision => {
  const { status, location, from, method } = facts;
  if (!REDIRECTS.has(status) || location === undefined) return { effect: 'answer' };
  if (facts.followed >= MAX_REDIRECTS)
    return { effect: 'refuse', message: `${nameTarget(from)} redirects more than ${MAX_REDIRECTS} times.` };
  const parsed = parseTarget(location, from.url.href);
  if (!parsed.ok) return { effect: 'refuse', message: `${nameTarget(from)} redirects to something that is no plain http or https URL.` };
  const target = parsed.value;
  if (!facts.redirect_origins.includes(target.origin) && !facts.redirect_origins.includes(ANY_ORIGIN)) {
    const where = target.isAddress ? 'an address' : target.origin;
    return { effect: 'refuse', message: `${nameTarget(from)} redirects to ${where}, which is not granted.` };
  }
  const next = nextMethod(status, method);
  return { effect: 'follow', target, method: next, keepsBody: next === method, leavesOrigin: target.origin !== from.origin };
};
