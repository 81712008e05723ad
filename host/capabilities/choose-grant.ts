/** Which grant a request falls under, and where a redirect of it may lead. */
import { CapabilityError } from '../sandbox/confined.ts';
import { findPathUse } from './credentials.ts';
import type { PluginRequest } from './fetch-request.ts';
import { ANYWHERE, coversPath, type NetworkGrant } from './grants.ts';
import type { Placeholders } from './placeholders.ts';

const reaches = (grant: NetworkGrant, origin: string): boolean => grant.origin === origin || grant.origin === ANYWHERE;

const notGranted = (request: PluginRequest, grants: readonly NetworkGrant[]): CapabilityError => {
  const { origin, pathname } = request.url;
  const known = grants.filter((grant) => reaches(grant, origin));
  if (known.length === 0) {
    const line = JSON.stringify({ url: origin, methods: [request.method] });
    return new CapabilityError(
      'NETWORK_NOT_GRANTED',
      `${origin} is not granted. Add ${line} to permissions.network of the manifest and approve it.`,
    );
  }
  if (!known.some((grant) => coversPath(grant, pathname))) {
    const bases = known.map((grant) => grant.base_path).join(', ');
    return new CapabilityError(
      'NETWORK_NOT_GRANTED',
      `On ${origin} only paths below ${bases} are granted. Use the configured base URL, or add a permission to permissions.network of the manifest.`,
    );
  }
  return new CapabilityError(
    'NETWORK_NOT_GRANTED',
    `${request.method} is not granted for ${origin}. Add "${request.method}" to the methods of its entry in permissions.network of the manifest and approve it.`,
  );
};

/** The closest grant, unless another one declares the path credential that the request uses. */
export const chooseGrant = (request: PluginRequest, grants: readonly NetworkGrant[], placeholders: Placeholders): NetworkGrant => {
  const { origin, pathname } = request.url;
  const fitting = grants.filter((grant) => reaches(grant, origin) && grant.methods.includes(request.method) && coversPath(grant, pathname));
  const chosen = fitting.find((grant) => findPathUse(grant, pathname, placeholders) !== null) ?? fitting[0];
  if (chosen === undefined) throw notGranted(request, grants);
  return chosen;
};

/**
 * A redirect may turn a POST into a GET or keep it, so the origin must be granted for both; a grant below a base
 * path covers no redirect, since egress knows origins only. A body with a secret never goes to another origin,
 * and a request with credentials to named ones only.
 */
export const redirectOrigins = (method: string, grants: readonly NetworkGrant[], own: NetworkGrant, secretInBody: boolean): string[] => {
  const needed = method === 'HEAD' ? [method] : [method, 'GET'];
  const open = grants.filter((grant) => grant.base_path === '' && needed.every((one) => grant.methods.includes(one)));
  const named = own.credentials.length > 0;
  return [...new Set(open.map((grant) => grant.origin))].filter(
    (origin) => (!secretInBody || origin === own.origin) && !(named && origin === ANYWHERE),
  );
};
