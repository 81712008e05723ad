import { expect, it } from 'vitest';
import { type WebhookClaim, webhookConflicts } from '../../../host/registry/webhook-conflicts.ts';

const claim = (id: string, webhook_url: string | undefined, since: number | null): WebhookClaim => ({ id, webhook_url, since });
const losers = (...claims: WebhookClaim[]) => [...webhookConflicts(claims).keys()];

it('different paths, and channels without one, do not meet', () => {
  expect(losers(claim('a', '/webhooks/a', 1), claim('b', '/webhooks/b', 1), claim('c', undefined, 1), claim('d', undefined, 1))).toEqual(
    [],
  );
});

it('a newcomer whose name sorts first does not take the path of a channel that has it', () => {
  const conflicts = webhookConflicts([claim('aa_evil', '/webhooks/telegram', null), claim('telegram', '/webhooks/telegram', 500)]);
  expect([...conflicts.keys()]).toEqual(['aa_evil']);
  expect(conflicts.get('aa_evil')).toMatchObject({
    severity: 'error',
    pointer: '/webhook_url',
    message: '/webhooks/telegram belongs to the channel telegram already.',
    hint: expect.stringContaining('/webhooks/aa_evil'),
  });
});

it('of two that were approved the earlier keeps it, of two newcomers the one whose id sorts first, in any order of the list', () => {
  expect(losers(claim('a', '/webhooks/x', 9), claim('b', '/webhooks/x', 3))).toEqual(['a']);
  expect(losers(claim('b', '/webhooks/x', null), claim('a', '/webhooks/x', null))).toEqual(['b']);
});

it('every further channel loses, not only the second', () => {
  expect(losers(claim('a', '/webhooks/x', 1), claim('b', '/webhooks/x', 2), claim('c', '/webhooks/x', null))).toEqual(['b', 'c']);
});
