/** The network permissions of a manifest, with every `{config.<field>}` replaced by its value and every rule checked once. */
import type { NetworkPermission } from '../../schemas/manifest.ts';
import { type ConfigValues, resolveReference } from './config-reference.ts';
import { type GrantedCredential, type GrantProblem, parseCredentials } from './granted-credentials.ts';

export type { GrantProblem } from './granted-credentials.ts';

export interface NetworkGrant {
  /** `https://api.example.com`, or `*` for every one that egress lets out. */
  origin: string;
  /** `` or `/base/path`, without a slash at the end: only paths at or below it are granted. */
  base_path: string;
  methods: readonly string[];
  credentials: readonly GrantedCredential[];
  max_response_bytes: number;
}

export type ResolvedGrants = { ok: true; grants: NetworkGrant[] } | { ok: false; problems: GrantProblem[] };

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** In the place of an origin: every public one. The manifest itself says it, never a value of the configuration. */
export const ANYWHERE = '*';
const READING_METHODS = ['GET', 'HEAD'] as const;
const DEFAULT_MAX_RESPONSE_BYTES = 1_048_576;

const parseBase = (text: string): { origin: string; base_path: string } | null => {
  if (/[\s{}*]/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  return { origin: url.origin, base_path: url.pathname.replace(/\/+$/, '') };
};

const strewn = (pointer: string): GrantProblem => ({
  pointer,
  message: 'A secret cannot go to every address.',
  hint: 'Name the origin that the credential is for in an entry of its own.',
});

const anywhere = ({ methods, max_response_bytes }: NetworkPermission): NetworkGrant => ({
  origin: ANYWHERE,
  base_path: '',
  methods: methods ?? READING_METHODS,
  credentials: [],
  max_response_bytes: max_response_bytes ?? DEFAULT_MAX_RESPONSE_BYTES,
});

/** The longest base path is the closest, and an origin is closer than everywhere. */
const byCloseness = (a: NetworkGrant, b: NetworkGrant): number =>
  Number(a.origin === ANYWHERE) - Number(b.origin === ANYWHERE) || b.base_path.length - a.base_path.length;

/**
 * A permission that refers to a field without a value grants nothing and is no problem: the field is optional,
 * or the channel waits for its configuration anyway. The closest come first, so that the first match is the one.
 * `mayNameAll`: it is a connector, for which `*` means every address.
 */
export const resolveGrants = (
  network: readonly NetworkPermission[],
  values: ConfigValues,
  { mayNameAll = false }: { mayNameAll?: boolean } = {},
): ResolvedGrants => {
  const problems: GrantProblem[] = [];
  const grants: NetworkGrant[] = [];
  network.forEach((permission, index) => {
    const pointer = `/permissions/network/${index}`;
    if (permission.url === ANYWHERE && mayNameAll) {
      if (permission.credentials === undefined || permission.credentials.length === 0) grants.push(anywhere(permission));
      else problems.push(strewn(`${pointer}/credentials`));
      return;
    }
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
  return { ok: true, grants: grants.sort(byCloseness) };
};

/** Whole segments only: `/bot` does not cover `/bottle`. The path is a parsed URL's, so `..` is gone already. */
export const coversPath = (grant: NetworkGrant, pathname: string): boolean =>
  grant.base_path === '' || pathname === grant.base_path || pathname.startsWith(`${grant.base_path}/`);
