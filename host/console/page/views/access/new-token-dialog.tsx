import { useState } from 'preact/hooks';
import type { CreatedToken } from '../../api/answers.ts';
import { useAct } from '../../api/use-act.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Choice, TextField } from '../../parts/field.tsx';
import { type NewToken, SPANS, tokenBody } from './new-token.ts';

const ROLES = ['viewer', 'operator', 'admin'].map((role) => [role, role] as const);

export const NewTokenDialog = ({ onClose, onCreated }: { onClose(): void; onCreated(token: CreatedToken): void }) => {
  const act = useAct();
  const [token, setToken] = useState<NewToken>({ name: '', role: 'viewer', expires: '90d', ends: '' });
  const set = (name: keyof NewToken) => (value: string) => setToken((before) => ({ ...before, [name]: value }));
  const make = async () => {
    const done = await act.run<CreatedToken>(
      '/api/tokens',
      { body: tokenBody(token) },
      ({ name }) => `The token ${name} is made and shown in the page.`,
    );
    if (done) onCreated(done.value);
    return done !== null;
  };
  return (
    <Dialog title="Make a token" does="Make it" act={act} onClose={onClose} onDo={make}>
      <TextField
        label="Name"
        hint="It stands in the audit trail. Letters, digits, space and . _ @ -, at most 64."
        value={token.name}
        onValue={set('name')}
        required
        maxLength={64}
      />
      <Choice label="Role" value={token.role} onValue={set('role')} choices={ROLES} />
      <Choice label="Ends" value={token.expires} onValue={set('expires')} choices={SPANS} />
      {token.expires === 'own' && <TextField label="Ends at" type="datetime-local" value={token.ends} onValue={set('ends')} required />}
    </Dialog>
  );
};
