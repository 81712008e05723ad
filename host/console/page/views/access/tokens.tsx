import { useState } from 'preact/hooks';
import type { CreatedToken, Page, Token } from '../../api/answers.ts';
import { useAsked } from '../../api/use-asked.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Badge } from '../../parts/badge.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Key } from '../../parts/key.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Section } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';
import { NewTokenDialog } from './new-token-dialog.tsx';
import { Revoke } from './revoke.tsx';
import { ShownOnce } from './shown-once.tsx';

const End = ({ expires_at }: Pick<Token, 'expires_at'>) => {
  const isOver = expires_at !== null && Date.parse(expires_at) <= Date.now();
  return (
    <span>
      <When at={expires_at} otherwise="never" /> {isOver && <Badge state="expired" />}
    </span>
  );
};

const columnsOf = (onRevoked: () => void): readonly Column<Token>[] => [
  { name: 'Name', kind: 'wide', cell: ({ name }) => <Foreign text={name} /> },
  { name: 'Role', cell: ({ role }) => <Key text={role} /> },
  {
    name: 'Created',
    cell: ({ created_at, created_by }) => (
      <span>
        <When at={created_at} /> by <Key text={created_by} />
      </span>
    ),
  },
  { name: 'Last use', cell: ({ last_used_at }) => <When at={last_used_at} otherwise="never" /> },
  { name: 'Ends', cell: End },
  { name: 'Act', cell: (token) => <Revoke token={token} onRevoked={onRevoked} /> },
];

export const Tokens = () => {
  const { value, failure, again } = useAsked<Page<Token>>('/api/tokens');
  const [makes, setMakes] = useState(false);
  const [created, setCreated] = useState<CreatedToken | null>(null);
  const onCreated = (token: CreatedToken) => {
    setCreated(token);
    again();
  };
  return (
    <Section
      title="Tokens"
      lead="A viewer reads, an operator acts on messages, channels and requests, an admin changes policy, modes, tokens and secrets."
      actions={
        <ActButton needs="admin" onClick={() => setMakes(true)}>
          Make a token…
        </ActButton>
      }
    >
      {created && <ShownOnce created={created} onDone={() => setCreated(null)} />}
      <FailureNote failure={failure} onAgain={again} />
      {value === null && failure === null && <p class="empty">Loading…</p>}
      {value !== null && (
        <Table
          caption="Tokens"
          columns={columnsOf(again)}
          rows={[...value.items].reverse()}
          keyOf={({ id }) => id}
          empty="There is no token. AGENTOS_ADMIN_TOKEN, if it is set, stands in no table."
        />
      )}
      {makes && <NewTokenDialog onClose={() => setMakes(false)} onCreated={onCreated} />}
    </Section>
  );
};
