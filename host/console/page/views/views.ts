/** Every view of the console, as the navigation lists them. A new one is a line here. */
import type { ComponentType } from 'preact';
import type { Place } from '../place/place.ts';
import { AccessView } from './access/access-view.tsx';
import { ApprovalsView } from './approvals/approvals-view.tsx';
import { AuditView } from './audit/audit-view.tsx';
import { DeliveriesView } from './deliveries/deliveries-view.tsx';
import { EvidenceView } from './evidence/evidence-view.tsx';
import { MessagesView } from './messages/messages-view.tsx';
import { Missing } from './missing.tsx';
import { OverviewView } from './overview/overview-view.tsx';
import { PeopleView } from './people/people-view.tsx';
import { ChannelsView, ConnectorsView } from './plugins/plugins-view.tsx';
import { PolicyView } from './policy/policy-view.tsx';
import { SessionsView } from './sessions/sessions-view.tsx';
import { SettingsView } from './settings/settings-view.tsx';

/** A view draws the list at its name, and the one thing at `name/id`. */
export interface ViewEntry {
  /** The first part of its place; empty for the overview. */
  name: string;
  title: string;
  View: ComponentType<{ place: Place }>;
}

export const GROUPS: readonly { title: string; views: readonly ViewEntry[] }[] = [
  { title: 'Host', views: [{ name: '', title: 'Overview', View: OverviewView }] },
  {
    title: 'Conversations',
    views: [
      { name: 'messages', title: 'Messages', View: MessagesView },
      { name: 'sessions', title: 'Sessions', View: SessionsView },
      { name: 'deliveries', title: 'Deliveries', View: DeliveriesView },
    ],
  },
  {
    title: 'Plugins',
    views: [
      { name: 'channels', title: 'Channels', View: ChannelsView },
      { name: 'connectors', title: 'Connectors', View: ConnectorsView },
    ],
  },
  {
    title: 'Decisions',
    views: [
      { name: 'approvals', title: 'Approvals', View: ApprovalsView },
      { name: 'evidence', title: 'Evidence', View: EvidenceView },
      { name: 'policy', title: 'Policy', View: PolicyView },
      { name: 'audit', title: 'Audit trail', View: AuditView },
    ],
  },
  {
    title: 'Administration',
    views: [
      { name: 'people', title: 'People', View: PeopleView },
      { name: 'access', title: 'Tokens and keys', View: AccessView },
      { name: 'settings', title: 'Settings', View: SettingsView },
    ],
  },
];

const MISSING: ViewEntry = { name: 'missing', title: 'Not found', View: Missing };

export const findView = ([name = '']: readonly string[]): ViewEntry =>
  GROUPS.flatMap(({ views }) => views).find((view) => view.name === name) ?? MISSING;
