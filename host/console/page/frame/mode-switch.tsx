/** What may leave this host, and what its phase allows: always in sight, changed with a reason. */
import { useState } from 'preact/hooks';
import type { NetworkMode, Phase, Waiting } from '../api/answers.ts';
import { useAct } from '../api/use-act.ts';
import { type Asked, useAsked } from '../api/use-asked.ts';
import { Badge } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/session.ts';

interface Switch {
  title: string;
  path: string;
  /** The name of the value in what is sent. */
  field: 'mode' | 'phase';
  values: readonly { value: string; means: string }[];
}

const NETWORK: Switch = {
  title: 'Network mode',
  path: '/api/network-mode',
  field: 'mode',
  values: [
    { value: 'on', means: 'Everything that the policy allows.' },
    { value: 'readonly', means: 'Messages are taken and read; replies are held until it is on again. Connectors only read.' },
    { value: 'off', means: 'Nothing leaves. What comes in is recorded and waits.' },
  ],
};

const PHASE: Switch = {
  title: 'Phase',
  path: '/api/phase',
  field: 'phase',
  values: [
    { value: 'planning', means: 'Agents run; operations that write are denied, and /comm and fetching follow the policy’s phase gates.' },
    { value: 'execution', means: 'Operations that write are possible, under the policy.' },
  ],
};

const ModeDialog = ({ of, now, onClose, onChanged }: { of: Switch; now: string; onClose(): void; onChanged(): void }) => {
  const act = useAct();
  const [value, setValue] = useState(now);
  const [reason, setReason] = useState('');
  const change = async () => {
    const body = { [of.field]: value, reason: reason.trim() || null };
    const done = await act.run<Waiting>(of.path, { body }, ({ approval_id }, status) =>
      status === 202 ? `The change waits for an admin: approval ${approval_id}.` : `${of.title} is ${value}.`,
    );
    if (done) onChanged();
    return done !== null;
  };
  return (
    <Dialog title={of.title} does="Change it" danger={value === 'off'} act={act} onClose={onClose} onDo={change}>
      <fieldset class="radios">
        <legend class="visually-hidden">{of.title}</legend>
        {of.values.map(({ value: each, means }) => (
          <label key={each} class="radio">
            <input type="radio" name={of.field} value={each} checked={value === each} onChange={() => setValue(each)} />
            <span>
              <strong>{each}</strong>
              <span class="radio-means">{means}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <TextField label="Reason" hint="It stands in the audit trail." value={reason} onValue={setReason} maxLength={1000} />
    </Dialog>
  );
};

const Switcher = ({ of, asked, now }: { of: Switch; asked: Asked<NetworkMode | Phase>; now: string | undefined }) => {
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (now === undefined || asked.value === null) return null;
  const since = (
    <span class="visually-hidden">
      since <When at={asked.value.updated_at} /> by {asked.value.updated_by}
    </span>
  );
  const says = (
    <>
      {of.title} <Badge state={now} />
      {since}
    </>
  );
  if (!may('operator')) return <p class="mode">{says}</p>;
  return (
    <>
      <button type="button" class="mode mode-button" onClick={() => setOpen(true)} aria-haspopup="dialog">
        {says}
      </button>
      {open && <ModeDialog of={of} now={now} onClose={() => setOpen(false)} onChanged={asked.again} />}
    </>
  );
};

export const ModeSwitch = () => {
  const network = useAsked<NetworkMode>(NETWORK.path, { on: ['mode'] });
  const phase = useAsked<Phase>(PHASE.path, { on: ['mode'] });
  return (
    <div class="modes">
      <Switcher of={NETWORK} asked={network} now={network.value?.mode} />
      <Switcher of={PHASE} asked={phase} now={phase.value?.phase} />
    </div>
  );
};
