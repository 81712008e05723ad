import { Badge } from '../../parts/badge.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { fileOf, type Kind, type Plugin } from './kinds.ts';
import { originOf } from './plugin-list.tsx';

const Serving = ({ serving }: Pick<Plugin, 'serving'>) =>
  serving === null ? (
    <span class="quiet">nothing</span>
  ) : (
    <>
      <Foreign text={serving.version} /> <Badge state={serving.state} /> <Key text={serving.digest} />
    </>
  );

/** An actor, or what stands in the place of one. */
const approver = (kind: Kind, by: string): string => (by === 'builtin' ? 'the host: it is built in' : by === 'file' ? fileOf(kind) : by);

const Approved = ({ kind, plugin: { approved_by, approved_digest } }: { kind: Kind; plugin: Plugin }) =>
  approved_by === null ? (
    <span class="quiet">nobody</span>
  ) : (
    <>
      <Foreign text={approver(kind, approved_by)} /> {approved_digest !== null && <Key text={approved_digest} />}
    </>
  );

const ofChannel = (plugin: Plugin): [string, string | null][] =>
  'capabilities' in plugin
    ? [
        ['Webhook', plugin.webhook_url],
        ['Features', plugin.capabilities.join(', ') || null],
      ]
    : [];

export const PluginFacts = ({ kind, plugin }: { kind: Kind; plugin: Plugin }) => (
  <Facts
    facts={[
      ['Id', <Foreign key="id" text={plugin.id} />],
      ['Version', <Foreign key="version" text={plugin.version ?? '–'} />],
      ['Code', <Foreign key="code" text={plugin.builtin === null ? `store/${kind.path}/${plugin.id}` : originOf(plugin)} />],
      ['Digest of the folder', <Key key="digest" text={plugin.digest} />],
      ['Serves', <Serving key="serves" serving={plugin.serving} />],
      ['Approved by', <Approved key="approved" kind={kind} plugin={plugin} />],
      ...ofChannel(plugin).map(([name, text]) => [name, text === null ? null : <Foreign key={name} text={text} />] as const),
    ]}
  />
);
