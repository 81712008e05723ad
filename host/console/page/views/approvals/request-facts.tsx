/** An approval's request in words, with everything that is bound to the consent. */
import type { ComponentChildren } from 'preact';
import type { Approval, NetworkMode, Phase } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import { Badge } from '../../parts/badge.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Foreign, Json } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { Until } from '../../parts/until.tsx';
import { When } from '../../parts/when.tsx';
import { hrefOf } from '../../place/place.ts';
import { type ConnectorWish, type ModeWish, titleOf, wishOf } from './request.ts';

type Fact = readonly [name: string, value: ComponentChildren];

const EFFECTS: Readonly<Record<string, string>> = { read: 'reads', write: 'writes' };

const foreign = (text: string | null): ComponentChildren => (text === null ? null : <Foreign text={text} />);

const askedFacts = ({ state, requested_by, requested_at, expires_at }: Approval): Fact[] => [
  ['Asked by', foreign(requested_by)],
  ['Asked', <When key="asked" at={requested_at} />],
  state === 'pending' ? ['Runs out in', <Until key="until" at={expires_at} />] : ['Until', <When key="until" at={expires_at} />],
];

const ConnectorFacts = ({ approval, wish }: { approval: Approval; wish: ConnectorWish }) => (
  <>
    <Facts
      facts={[
        ['Connector', foreign(wish.connector)],
        ['Operation', foreign(wish.operation)],
        ['Effect', wish.effect === null ? 'not declared: counts as a write' : (EFFECTS[wish.effect] ?? foreign(wish.effect))],
        ['Risk', foreign(wish.risk)],
        [
          'Session',
          wish.session_id === null ? (
            'none'
          ) : (
            <a href={hrefOf(['sessions', wish.session_id])}>
              <Key text={wish.session_id} />
            </a>
          ),
        ],
        ['Channel', foreign(wish.channel_id)],
        ['Person', foreign(wish.user_key)],
        ...askedFacts(approval),
      ]}
    />
    {wish.params === null ? (
      <p>The parameters were erased.</p>
    ) : (
      <>
        <p class="request-label">Parameters</p>
        <Json value={wish.params} label={`Parameters of ${titleOf(approval)}, approval ${approval.id}`} />
      </>
    )}
  </>
);

/** What holds now is what it would be changed from. */
const Now = ({ mode }: { mode: ModeWish['mode'] }) => {
  const network = useAsked<NetworkMode>(mode === 'network_mode' ? '/api/network-mode' : null, { on: ['mode'] });
  const phase = useAsked<Phase>(mode === 'execution_phase' ? '/api/phase' : null, { on: ['mode'] });
  const value = network.value?.mode ?? phase.value?.phase;
  return value === undefined ? <span class="quiet">not known</span> : <Badge state={value} />;
};

const ModeFacts = ({ approval, wish }: { approval: Approval; wish: ModeWish }) => (
  <Facts
    facts={[
      ['From', approval.state === 'pending' ? <Now mode={wish.mode} /> : null],
      ['To', <Badge key="to" state={wish.value} />],
      ['Reason', foreign(wish.reason) ?? 'none given'],
      ...askedFacts(approval),
    ]}
  />
);

export const RequestFacts = ({ approval }: { approval: Approval }) => {
  const wish = wishOf(approval);
  if (wish.kind === 'connector') return <ConnectorFacts approval={approval} wish={wish} />;
  if (wish.kind === 'mode') return <ModeFacts approval={approval} wish={wish} />;
  return (
    <>
      <Facts facts={askedFacts(approval)} />
      <Json value={approval.request} label={`Request of approval ${approval.id}`} />
    </>
  );
};
