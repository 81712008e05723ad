/** How the host is, and what waits for a person. */
import type { Approval, Channel, Connector, Message, Page, Pairing, Status } from '../../api/answers.ts';
import { type Asked, useAsked } from '../../api/use-asked.ts';
import { usePages } from '../../api/use-pages.ts';
import { Badge } from '../../parts/badge.tsx';
import { Facts } from '../../parts/facts.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Section, View } from '../../parts/view.tsx';
import { spanOf } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';
import { MessageTable } from '../messages/message-table.tsx';
import { attentionOf } from './attention.ts';
import { AttentionList } from './attention-list.tsx';
import { Steps } from './steps.tsx';

const count = (status: Status, direction: string, states: readonly string[]): number =>
  status.queues.messages
    .filter((queue) => queue.direction === direction && states.includes(queue.state))
    .reduce((sum, { waiting }) => sum + waiting, 0);

const Numbers = ({ status }: { status: Status }) => {
  const running = (list: readonly { state: string }[]) => `${list.filter(({ state }) => state === 'running').length} of ${list.length}`;
  return (
    <Facts
      facts={[
        ['Health', <Badge key="health" state={status.status} />],
        [
          'Channels running',
          <a key="channels" href={hrefOf(['channels'])}>
            {running(status.channels)}
          </a>,
        ],
        [
          'Connectors running',
          <a key="connectors" href={hrefOf(['connectors'])}>
            {running(status.connectors)}
          </a>,
        ],
        ['Events to be read', status.queues.events.reduce((sum, { waiting }) => sum + waiting, 0)],
        ['Messages to be answered', count(status, 'inbound', ['received', 'dispatched'])],
        ['Deliveries under way', count(status, 'outbound', ['pending', 'sending'])],
        [
          'Deliveries held',
          <a key="held" href={hrefOf(['deliveries'], { state: 'held' })}>
            {count(status, 'outbound', ['held'])}
          </a>,
        ],
        ['Agent', status.agent],
        ['Running for', spanOf(status.uptime_seconds)],
        ['Version', status.version],
        ['Home', <bdi key="home">{status.home}</bdi>],
      ]}
    />
  );
};

const itemsOf = <Item,>({ value }: Asked<Page<Item>>): readonly Item[] => value?.items ?? [];

export const OverviewView = () => {
  const status = useAsked<Status>('/api/status', { on: ['message', 'channel', 'connector', 'mode'] });
  const channels = useAsked<Page<Channel>>('/api/channels', { on: ['channel'] });
  const connectors = useAsked<Page<Connector>>('/api/connectors', { on: ['connector'] });
  const approvals = useAsked<Page<Approval>>('/api/approvals', { on: ['approval'] });
  const pairings = useAsked<Page<Pairing>>('/api/pairings', { on: ['pairing'] });
  const dead = useAsked<Page<Message>>('/api/deliveries?state=dead', { on: ['message'] });
  const unknown = useAsked<Page<Message>>('/api/deliveries?state=unknown', { on: ['message'] });
  const latest = usePages<Message>('/api/messages', {}, { on: ['message'] });
  const failure = status.failure ?? channels.failure;
  const loaded = [status, channels, connectors, approvals, pairings, dead, unknown].every(({ value }) => value !== null);

  return (
    <View title="Overview" lead="How the host is, and what waits for a person.">
      <FailureNote failure={failure} onAgain={status.again} />
      <Section title="Waiting for you">
        {loaded ? (
          <AttentionList
            items={attentionOf({
              policy_problem: status.value?.policy_problem ?? null,
              database: status.value?.components.database ?? 'healthy',
              channels: itemsOf(channels),
              connectors: itemsOf(connectors),
              approvals: itemsOf(approvals),
              pairings: itemsOf(pairings),
              dead: dead.value,
              unknown: unknown.value,
            })}
          />
        ) : (
          <p class="empty">Loading…</p>
        )}
      </Section>
      <Section title="Now">{status.value && <Numbers status={status.value} />}</Section>
      <Section title="Latest messages" actions={<a href={hrefOf(['messages'])}>All messages</a>}>
        <MessageTable pages={{ ...latest, items: latest.items?.slice(0, 8) ?? null, more: null, cut: false }} />
      </Section>
      {status.value && (
        <Section title="The bus" lead="The steps that each message goes through, in order, since the host started.">
          <Steps steps={status.value.middleware} />
        </Section>
      )}
    </View>
  );
};
