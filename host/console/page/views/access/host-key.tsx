/** The key that seals the other keys, configuration and requests that wait. */
import { useState } from 'preact/hooks';
import type { Rotation } from '../../api/answers.ts';
import { type Act, useAct } from '../../api/use-act.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Section } from '../../parts/view.tsx';
import { RotationDone } from './rotation.tsx';

/** Every key and every sealed value goes over to the new one. */
const DEADLINE_MS = 600_000;

const RotateDialog = ({ act, onClose, onRotated }: { act: Act; onClose(): void; onRotated(rotation: Rotation): void }) => {
  const rotate = async () => {
    const done = await act.run<Rotation>('/api/secrets/rotate', { body: {}, deadline_ms: DEADLINE_MS }, () => 'The host key is new.');
    if (done) onRotated(done.value);
    return done !== null;
  };
  return (
    <Dialog title="Make a new host key" does="Make a new key" danger act={act} onClose={onClose} onDo={rotate}>
      <p>
        Every wrapped key and sealed configuration goes over to the new key at once, then what plugins keep and the requests that wait for
        consent. Content stays as it is: the keys of people do not change.
      </p>
      <p>
        The copies of the keys beside backups are written anew. Older copies of <code>keys/</code> made by hand no longer fit: back up{' '}
        <code>store/keys</code> again. Without it the database cannot be read by anybody.
      </p>
    </Dialog>
  );
};

export const HostKey = () => {
  const act = useAct();
  const [asks, setAsks] = useState(false);
  const [rotation, setRotation] = useState<Rotation | null>(null);
  const ask = () => {
    act.forget();
    setAsks(true);
  };
  return (
    <Section
      title="Host key"
      lead="It wraps the keys of people and conversations and seals configuration. Who owns the host owns it."
      actions={
        <ActButton needs="admin" kind="danger" onClick={ask}>
          Make a new host key…
        </ActButton>
      }
    >
      <div role="status">{rotation && <RotationDone rotation={rotation} />}</div>
      {asks && <RotateDialog act={act} onClose={() => setAsks(false)} onRotated={setRotation} />}
    </Section>
  );
};
