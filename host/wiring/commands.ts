/** The commands with what they ask other rooms for. */
import type { Approvals, ApprovalView } from '../approvals/approvals.ts';
import type { AskedRequest, ChatApprovals } from '../commands/approve.ts';
import type { Execute } from '../commands/comm/topic.ts';
import { createCommands } from '../commands/commands.ts';
import type { Config } from '../config.ts';
import { type Binding, CONNECTOR_REQUEST } from '../connectors/consent.ts';
import { AppError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';

export interface HostCommandsDeps {
  config: Pick<Config, 'policy'>;
  ledger: Pick<Ledger, 'evidenceById'>;
  approvals: Pick<Approvals, 'plain' | 'approve' | 'deny'>;
  execute: Execute;
}

const plainOrNull = async (approvals: HostCommandsDeps['approvals'], code: string): Promise<ApprovalView | null> => {
  try {
    return await approvals.plain(code);
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
};

export const createChatApprovals = ({ config, ledger, approvals }: Omit<HostCommandsDeps, 'execute'>): ChatApprovals => ({
  approvers: (channel_id) =>
    config.policy.channels !== undefined && Object.hasOwn(config.policy.channels, channel_id)
      ? (config.policy.channels[channel_id]?.approvers ?? [])
      : [],
  async find(channel_id, code): Promise<AskedRequest | null> {
    const view = await plainOrNull(approvals, code);
    // A change of mode is a matter of administrators, and another channel's request one of its own approvers.
    if (view?.kind !== CONNECTOR_REQUEST) return null;
    const { evidence_id, connector, operation } = view.request as Binding;
    const row = await ledger.evidenceById(evidence_id);
    if (row?.channel_id !== channel_id) return null;
    return { what: `${connector}.${operation}`, state: view.state, conversation_key: row.conversation_key, user_key: row.user_key };
  },
  approve: async (code, actor) => (await approvals.approve(code, actor)).state,
  deny: async (code, actor) => (await approvals.deny(code, actor)).state,
});

export const createHostCommands = ({ execute, ...deps }: HostCommandsDeps) =>
  createCommands({ execute, approvals: createChatApprovals(deps) });
