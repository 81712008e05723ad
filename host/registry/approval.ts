/** Whether a plugin may run, and who said so. Pure. */
import type { ChannelEntry, ChannelGrants } from '../../schemas/channels-config.ts';
import type { Manifest } from '../../schemas/manifest.ts';
import { configReference } from './config-reference.ts';
import { WORDS } from './kinds.ts';
import type { PluginSource } from './plugin-source.ts';

export interface ApprovalInput {
  source: PluginSource;
  /** Of `config/channels.json` or `config/connectors.json`. */
  entry: Pick<ChannelEntry, 'grants' | 'config'> | null;
  /** What a person approved by API or command line: the digest stands for everything that its manifest asks for. */
  stored: { digest: string | null } | null;
  /** Fields whose value an operator stated elsewhere (a variable, the API). Only a manifest's own default needs a grant. */
  stated?: readonly string[] | undefined;
}

export interface Approval {
  approved: boolean;
  by: 'builtin' | 'file' | 'approval' | null;
  /** Not approved: why the file's grants are not enough. Approved: what the operator should know. */
  warning?: string | undefined;
}

const originOf = (text: string): string => (URL.canParse(text) ? new URL(text).origin : text);

/** URL's origin of a `ws:` address is its own, `wss://host` and `https://host` differ. */
const covers = (granted: readonly string[] | undefined, text: string): boolean =>
  (granted ?? []).some((each) => originOf(each) === originOf(text));

/** The text of a permission's address; null when an operator stated it. */
const addressOf = (url: string, manifest: Manifest, stated: ReadonlySet<string>): string | null => {
  const field = configReference(url);
  if (field === null) return url;
  const value = manifest.configuration_schema?.[field]?.default;
  return stated.has(field) || value === undefined || value === '' ? null : String(value);
};

const uncoveredOrigins = (
  name: 'network' | 'websocket',
  manifest: Manifest,
  grants: ChannelGrants,
  stated: ReadonlySet<string>,
): string[] =>
  (manifest.permissions?.[name] ?? []).flatMap(({ url }) => {
    const address = addressOf(url, manifest, stated);
    return address === null || covers(grants[name], address) ? [] : [`${name} ${originOf(address)}`];
  });

/** What the manifest asks for and the file does not grant. */
const uncovered = (manifest: Manifest, grants: ChannelGrants, stated: ReadonlySet<string>): string[] => {
  const { permissions = {} } = manifest;
  const powers = (['hmac', 'storage', 'timers', 'mail'] as const).filter(
    (name) => permissions[name] !== undefined && grants[name] !== true,
  );
  const unsigned = manifest.webhook_url !== undefined && manifest.webhook?.verify?.scheme === 'none' && grants.unsigned_webhook !== true;
  return [
    ...uncoveredOrigins('network', manifest, grants, stated),
    ...uncoveredOrigins('websocket', manifest, grants, stated),
    ...powers,
    ...(unsigned ? ['unsigned_webhook'] : []),
  ];
};

const decideByFile = ({ source, entry, stated = [] }: ApprovalInput, manifest: Manifest): Approval => {
  const grants = entry?.grants;
  if (grants === undefined) return { approved: false, by: null };
  const place = `${WORDS[source.kind].file}, ${source.id}.grants`;
  if (grants.digest !== undefined && grants.digest !== source.digest) {
    return { approved: false, by: null, warning: `${place} names the digest ${grants.digest}; the folder's is ${source.digest}.` };
  }
  const missing = uncovered(manifest, grants, new Set([...stated, ...Object.keys(entry?.config ?? {})]));
  if (missing.length > 0)
    return { approved: false, by: null, warning: `${place} does not grant what the manifest asks for: ${missing.join(', ')}.` };
  if (grants.digest !== undefined) return { approved: true, by: 'file' };
  return {
    approved: true,
    by: 'file',
    warning: `${place} has no digest: whatever code is in the folder runs. Add "digest": "${source.digest}".`,
  };
};

/** A source with errors has no digest and is never approved. */
export const decideApproval = (input: ApprovalInput): Approval => {
  const { source, stored } = input;
  if (source.manifest === null || source.digest === null) return { approved: false, by: null };
  if (source.builtin !== null && !source.widens) return { approved: true, by: 'builtin' };
  const byFile = decideByFile(input, source.manifest);
  if (byFile.approved) return byFile;
  return stored?.digest === source.digest ? { approved: true, by: 'approval' } : byFile;
};
