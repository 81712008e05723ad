/** `agentos approvals list|approve|deny` and `agentos pair list|approve|revoke`: what waits for a person's word. */
import type { Page } from '../admin/operations.ts';
import type { ApprovalView } from '../approvals/approvals.ts';
import type { PairingView } from '../approvals/pairings.ts';
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printTable, show } from './output.ts';

export const approvalsList = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const { items } = await client.call<Page<ApprovalView>>('GET', '/api/approvals');
    show(context.stdout, options, items, (rows) =>
      printTable(
        context.stdout,
        ['id', 'kind', 'state', 'asked by', 'until', 'request'],
        rows.map((row) => [row.id, row.kind, row.state, row.requested_by, row.expires_at, row.request]),
      ),
    );
  });

const decide =
  (verb: 'approve' | 'deny') =>
  (context: CliContext, options: CommonOptions, id: string): Promise<void> =>
    withClient(context, options, async (client) => {
      const answer = await client.call<ApprovalView>('POST', `/api/approvals/${encodeURIComponent(id)}/${verb}`);
      show(context.stdout, options, answer, ({ kind, state }) => context.stdout.write(`${kind}: ${state}\n`));
    });

export const approvalsApprove = decide('approve');
export const approvalsDeny = decide('deny');

export const pairList = (context: CliContext, options: CommonOptions): Promise<void> =>
  withClient(context, options, async (client) => {
    const { items } = await client.call<Page<PairingView>>('GET', '/api/pairings');
    show(context.stdout, options, items, (rows) =>
      printTable(
        context.stdout,
        ['code', 'channel', 'user', 'state', 'until'],
        rows.map((row) => [row.code, row.channel_id, row.user_key, row.state, row.state === 'approved' ? null : row.expires_at]),
      ),
    );
  });

export const pairApprove = (context: CliContext, options: CommonOptions, code: string): Promise<void> =>
  withClient(context, options, async (client) => {
    const answer = await client.call<PairingView>('POST', `/api/pairings/${encodeURIComponent(code)}/approve`);
    show(context.stdout, options, answer, ({ channel_id, user_key }) => context.stdout.write(`${user_key} may write on ${channel_id}\n`));
  });

export const pairRevoke = (context: CliContext, options: CommonOptions & { channel: string; user: string }): Promise<void> =>
  withClient(context, options, async (client) => {
    const at = `/api/pairings/${encodeURIComponent(options.channel)}/${encodeURIComponent(options.user)}`;
    const answer = await client.call<PairingView>('DELETE', at);
    show(context.stdout, options, answer, ({ channel_id, user_key }) =>
      context.stdout.write(`${user_key} is a stranger on ${channel_id} again\n`),
    );
  });
