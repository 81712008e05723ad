/** The network permissions of a manifest, with every `{config.<field>}` replaced by its value and every rule checked once. */
import type { NetworkPermission } from '../../schemas/manifest.ts';
import { type ConfigValues, resolveReference } from './config-reference.ts';
import { type GrantedCredential, type GrantProblem, parseCredentials } from './granted-credentials.ts';

export type { GrantProblem } from './granted-credentials.ts';

export interface NetworkGrant {
  /** `https://api.example.com` */
  origin: string;
  /** `` or `/base/path`, without a slash at the end: only paths at or below it are granted. */
  base_path: string;
  methods: readonly string[];
  credentials: readonly GrantedCredential[];
  max_response_bytes: number;
}

export type ResolvedGrants = { ok: true; grants: NetworkGrant[] } | { ok: false; problems: GrantProblem[] };

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const DEFAULT_MAX_RESPONSE_BYTES = 1_048_576;

const parseBase = (text: string): { origin: string; base_path: string } | null => {
  if (/[\s{}*]/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  return { origin: url.origin, base_path: url.pathname.replace(/\/+$/, '') };
};

/**
 * A permission that refers to a field without a value grants nothing and is no problem: the field is optional,
 * or the channel waits for its configuration anyway. Longest base paths come first, so that the first match is the closest.
 */
export const resolveGrants = (network: readonly NetworkPermission[], values: ConfigValues): ResolvedGrants => {
  const problems: GrantProblem[] = [];
  const grants: NetworkGrant[] = [];
  network.forEach((permission, index) => {
    const pointer = `/permissions/network/${index}`;
    const text = resolveReference(permission.url, values);
    if (text === undefined) return;
    const base = parseBase(text);
    if (base === null) {
      problems.push({
        pointer: `${pointer}/url`,
        message: `${permission.url} is no http or https origin.`,
        hint: 'Write an origin such as https://api.example.com, or a reference such as {config.api_base_url} to a field that holds one.',
      });
      return;
    }
    const credentials = parseCredentials(permission.credentials ?? [], values, `${pointer}/credentials`);
    problems.push(...credentials.problems);
    const max_response_bytes = permission.max_response_bytes ?? DEFAULT_MAX_RESPONSE_BYTES;
    grants.push({ ...base, methods: permission.methods ?? ALL_METHODS, credentials: credentials.credentials, max_response_bytes });
  });
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, grants: grants.sort((a, b) => b.base_path.length - a.base_path.length) };
};

/** Whole segments only: `/bot` does not cover `/bottle`. The path is a parsed URL's, so `..` is gone already. */
export const coversPath = (grant: NetworkGrant, pathname: string): boolean =>
  grant.base_path === '' || pathname === grant.base_path || pathname.startsWith(`${grant.base_path}/`);
