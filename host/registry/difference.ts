/** What a waiting generation asks for beyond the approved one, for the person who decides. Pure. */
import type { Manifest, NetworkPermission } from '../../schemas/manifest.ts';
import { atMost, BUDGETS, coversNetwork, hmacFields, same, sockets, widensFields, widensWebhook, within } from './widens.ts';

export interface PermissionChange {
  /** `network https://api.example.com`, `timers`, `budget`, … */
  permission: string;
  change: 'new' | 'wider' | 'narrower' | 'removed';
  /** The manifest's own reason for it. */
  reason: string | null;
}

export interface Difference {
  /** The digest that it is compared with; null when nothing was approved before. */
  against: string | null;
  code: 'new' | 'changed' | 'same';
  permissions: PermissionChange[];
  /** Other keys of the manifest that differ. */
  manifest: string[];
}

/** One side of a comparison. */
export interface Compared {
  digest: string | null;
  /** Hash of the bundle. */
  code: string | null;
  manifest: Manifest | null;
}

/** A named piece of authority; `covers` says whether this one holds everything that `other` does. */
interface Piece {
  permission: string;
  reason: string | null;
  value: unknown;
  covers(other: unknown): boolean;
}

const piece = (permission: string, value: unknown, covers: (other: never) => boolean, reason?: string): Piece => ({
  permission,
  reason: reason ?? null,
  value,
  covers: covers as Piece['covers'],
});

const reasonOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null ? (value as { reason?: string }).reason : undefined;

/** Two requests for one address are told as one each, by their place among them. */
const numbered = (texts: readonly string[]): string[] =>
  texts.map((text, index) => {
    const before = texts.slice(0, index).filter((each) => each === text).length;
    return before === 0 ? text : `${text} (${before + 1})`;
  });

const permissionPieces = ({ permissions = {} }: Manifest): Piece[] => {
  const { network = [], storage, timers, mail, hmac = [], websocket = [] } = permissions;
  const urls = numbered(network.map(({ url }) => (url === '*' ? 'every public http and https address' : url)));
  const always = (): boolean => true;
  return [
    ...network.map((each, index) =>
      piece(`network ${urls[index]}`, each, (other: NetworkPermission) => coversNetwork(each, other), each.reason),
    ),
    ...hmacFields(permissions).map((field, index) => piece(`hmac ${field}`, field, always, reasonOf(hmac[index]))),
    ...sockets(permissions).map((url, index) => piece(`websocket ${url}`, url, always, websocket[index]?.reason)),
    ...(storage ? [piece('storage', storage, (other: typeof storage) => atMost(other.max_bytes, storage.max_bytes), storage.reason)] : []),
    ...(timers === undefined ? [] : [piece('timers', true, always, reasonOf(timers))]),
    ...(mail === undefined ? [] : [piece('mail', mail, (other: typeof mail) => within(other, mail))]),
  ];
};

const pieces = (manifest: Manifest): Piece[] => [
  ...permissionPieces(manifest),
  ...(manifest.webhook_url === undefined
    ? []
    : [
        piece('webhook', { path: manifest.webhook_url, ...manifest.webhook }, (other: { path: string } & Manifest['webhook']) => {
          const { path, ...webhook } = other;
          return path === manifest.webhook_url && !widensWebhook(webhook, manifest.webhook);
        }),
      ]),
  ...(manifest.budget === undefined
    ? []
    : [
        piece('budget', manifest.budget, (other: NonNullable<Manifest['budget']>) =>
          BUDGETS.every((each) => atMost(other[each], manifest.budget?.[each])),
        ),
      ]),
  ...Object.entries(manifest.operations ?? {}).map(([name, operation]) =>
    piece(`${operation.effect} operation ${name}`, operation, (other: typeof operation) => same(other, operation)),
  ),
  ...(manifest.send?.idempotent === true ? [piece('repeated sending', true, () => true)] : []),
];

const withoutReason = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, reason: undefined } : value;

const compare = (asked: readonly Piece[], own: readonly Piece[]): PermissionChange[] => {
  const changes: PermissionChange[] = [];
  for (const each of asked) {
    const before = own.find(({ permission }) => permission === each.permission);
    if (before && same(withoutReason(before.value), withoutReason(each.value))) continue;
    const change = before === undefined ? 'new' : before.covers(each.value) ? 'narrower' : 'wider';
    changes.push({ permission: each.permission, change, reason: each.reason });
  }
  for (const { permission } of own)
    if (!asked.some((each) => each.permission === permission)) changes.push({ permission, change: 'removed', reason: null });
  return changes;
};

const TOLD_ABOVE: ReadonlySet<string> = new Set(['permissions', 'webhook', 'webhook_url', 'budget', 'send', 'operations']);

const otherKeys = (asked: Manifest, own: Manifest): string[] =>
  [...new Set([...Object.keys(asked), ...Object.keys(own)])]
    .filter((key) => !TOLD_ABOVE.has(key) && !same(asked[key as keyof Manifest], own[key as keyof Manifest]))
    .sort();

export const differenceOf = (asked: Compared & { manifest: Manifest }, own: Compared): Difference => {
  const before = own.manifest;
  const permissions = compare(pieces(asked.manifest), before ? pieces(before) : []);
  if (before && widensFields(asked.manifest, before))
    permissions.push({ permission: 'configuration fields', change: 'wider', reason: null });
  return {
    against: own.digest,
    code: own.code === null ? 'new' : own.code === asked.code ? 'same' : 'changed',
    permissions,
    manifest: before ? otherKeys(asked.manifest, before) : [],
  };
};

/** One line for a list: `its code changed; new: network https://x; wider: storage`. */
export const summaryOf = ({ code, permissions, manifest }: Difference): string => {
  const listed = (['new', 'wider', 'narrower', 'removed'] as const).flatMap((change) => {
    const names = permissions.filter((each) => each.change === change).map(({ permission }) => permission);
    return names.length > 0 ? [`${change}: ${names.join(', ')}`] : [];
  });
  const parts = [
    ...(code === 'changed' ? ['its code changed'] : []),
    ...listed,
    ...(code !== 'new' && listed.length === 0 ? ['its permissions are the same'] : []),
    ...(manifest.length > 0 ? [`also changed in its manifest: ${manifest.join(', ')}`] : []),
  ];
  return parts.join('; ');
};
