/**
 * Files that a plugin says how to get: its request, held to its grants like every other one, carried out by the host.
 * The plugin never sees the bytes. Only a GET: a download reads, whatever the network mode.
 */
import type { Egress } from '../egress/egress.ts';
import { CapabilityError, type Json } from '../sandbox/confined.ts';
import type { FetchLimits } from './attachments.ts';
import { chooseGrant, redirectOrigins } from './choose-grant.ts';
import { applyCredentials } from './credentials.ts';
import { parsePluginRequest } from './fetch-request.ts';
import type { NetworkGrant } from './grants.ts';
import type { Placeholders } from './placeholders.ts';
import { createScrub } from './scrub.ts';

export interface DownloadDeps {
  egress: Egress;
  /** As `resolveGrants` gives them. */
  grants: readonly NetworkGrant[];
  placeholders: Placeholders;
}

/** Rejects with a `CapabilityError`. */
export type Download = (request: Json, limits: FetchLimits) => Promise<Buffer>;

const unavailable = (message: string): CapabilityError => new CapabilityError('ATTACHMENT_UNAVAILABLE', message);

export const createDownload = ({ egress, grants, placeholders }: DownloadDeps): Download => {
  const scrub = createScrub(placeholders, grants);
  return async (args, { max_bytes, timeout_ms }) => {
    const request = parsePluginRequest(args);
    if (request.method !== 'GET') throw new CapabilityError('INVALID_PARAMS', `A file is fetched by GET, not by ${request.method}.`);
    const grant = chooseGrant(request, grants, placeholders);
    const ready = applyCredentials(request, grant, placeholders);
    const result = await egress.request({
      url: ready.url,
      method: 'GET',
      headers: Object.fromEntries(ready.headers),
      timeout_ms,
      max_response_bytes: max_bytes,
      redirect_origins: redirectOrigins('GET', grants, grant, false),
      credential_headers: ready.credential_headers,
    });
    if (!result.ok) throw new CapabilityError(result.code, scrub(result.message));
    if (result.status < 200 || result.status > 299) throw unavailable(`The platform answered ${result.status} in place of the file.`);
    return result.body;
  };
};
