/** A path belongs to one channel: the first that was approved keeps it. Pure. */
import type { Problem } from './plugin-source.ts';

export interface WebhookClaim {
  id: string;
  webhook_url: string | undefined;
  /** Since when the channel may use it, in ms; null for a newcomer. */
  since: number | null;
}

const earlier = (a: WebhookClaim, b: WebhookClaim): number =>
  (a.since ?? Number.POSITIVE_INFINITY) - (b.since ?? Number.POSITIVE_INFINITY) || (a.id < b.id ? -1 : 1);

/** The channels that do not get their path, with the reason. Of two newcomers the one whose id sorts first gets it. */
export const webhookConflicts = (claims: readonly WebhookClaim[]): Map<string, Problem> => {
  const owners = new Map<string, string>();
  const conflicts = new Map<string, Problem>();
  for (const { id, webhook_url } of [...claims].sort(earlier)) {
    if (webhook_url === undefined) continue;
    const owner = owners.get(webhook_url);
    if (owner === undefined) owners.set(webhook_url, id);
    else
      conflicts.set(id, {
        severity: 'error',
        check: 'webhook_conflict',
        file: 'manifest.json',
        pointer: '/webhook_url',
        line: null,
        message: `${webhook_url} belongs to the channel ${owner} already.`,
        hint: `Give this channel a path of its own: "webhook_url": "/webhooks/${id}".`,
      });
  }
  return conflicts;
};
