/** What the API answers, by the schemas that describe it. */
import type { Static } from 'typebox';
import type { CreatedTokenAnswer, LoginAnswer, TokenAnswer } from '../../../../schemas/api/access.ts';
import type { ApprovalAnswer, PairingAnswer } from '../../../../schemas/api/approvals.ts';
import type { AuditEntryAnswer, VerdictAnswer } from '../../../../schemas/api/audit.ts';
import type { ChannelAnswer, ChannelTestAnswer, ConnectorAnswer, SettingAnswer } from '../../../../schemas/api/channels.ts';
import type { EvidenceAnswer, ExecuteAnswer } from '../../../../schemas/api/connector-requests.ts';
import type { MessageAnswer, PostedMessage, RetriedAnswer, SessionAnswer, TraceAnswer } from '../../../../schemas/api/messages.ts';
import type { ModeAnswer, PhaseAnswer, WaitingAnswer } from '../../../../schemas/api/modes.ts';
import type { ExplainAnswer, ReplayAnswer } from '../../../../schemas/api/policy.ts';
import type { RotationAnswer, SecretAnswer } from '../../../../schemas/api/secrets.ts';
import type { StatusAnswer } from '../../../../schemas/api/status.ts';
import type { ErasureAnswer, UserAnswer } from '../../../../schemas/api/users.ts';

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export type LoggedIn = Static<typeof LoginAnswer>;
export type Role = LoggedIn['role'];
export type Token = Static<typeof TokenAnswer>;
export type CreatedToken = Static<typeof CreatedTokenAnswer>;
export type Approval = Static<typeof ApprovalAnswer>;
export type Pairing = Static<typeof PairingAnswer>;
export type AuditEntry = Static<typeof AuditEntryAnswer>;
export type Verdict = Static<typeof VerdictAnswer>;
export type Channel = Static<typeof ChannelAnswer>;
export type Connector = Static<typeof ConnectorAnswer>;
export type PluginTest = Static<typeof ChannelTestAnswer>;
export type Setting = Static<typeof SettingAnswer>;
export type Evidence = Static<typeof EvidenceAnswer>;
export type Executed = Static<typeof ExecuteAnswer>;
export type Message = Static<typeof MessageAnswer>;
export type Posted = Static<typeof PostedMessage>;
export type Retried = Static<typeof RetriedAnswer>;
export type Session = Static<typeof SessionAnswer>;
export type Trace = Static<typeof TraceAnswer>;
export type NetworkMode = Static<typeof ModeAnswer>;
export type Phase = Static<typeof PhaseAnswer>;
export type Waiting = Static<typeof WaitingAnswer>;
export type Explanation = Static<typeof ExplainAnswer>;
export type Replay = Static<typeof ReplayAnswer>;
export type Rotation = Static<typeof RotationAnswer>;
export type Secret = Static<typeof SecretAnswer>;
export type Status = Static<typeof StatusAnswer>;
export type Erasure = Static<typeof ErasureAnswer>;
export type User = Static<typeof UserAnswer>;
