/** Asks a connector for one of its operations, as an agent would: under the policy, with evidence. */
import { useState } from 'preact/hooks';
import type { Connector, Executed } from '../../api/answers.ts';
import type { Failure } from '../../api/ask.ts';
import { useAct } from '../../api/use-act.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { FailureNote } from '../../parts/failure-note.tsx';
import { Choice, TextArea, TextField } from '../../parts/field.tsx';
import { Foreign, Json, shown } from '../../parts/foreign.tsx';
import { Section } from '../../parts/view.tsx';
import { useMay } from '../../session/session.ts';
import { addressOf, CONNECTORS } from './kinds.ts';
import { aboutOf, parseParams, prefill } from './operation-params.ts';
import { EffectBadge } from './operation-table.tsx';
import { Outcome } from './outcome.tsx';

/** A refusal by status that is the answer itself. */
const TOLD = [400, 403, 404, 429, 502, 504] as const;

const written = (value: object): string => JSON.stringify(value, null, 2);
const badParams = (detail: string): Failure => ({ status: 0, code: 'INVALID_PARAMS', detail, hint: 'Write an object: {"name": "value"}.' });

const Form = ({ plugin, names }: { plugin: Connector; names: readonly [string, ...string[]] }) => {
  const act = useAct();
  const operationOf = (name: string) => plugin.operations[name] ?? null;
  const prefilled = (name: string) => written(prefill(operationOf(name)?.params ?? {}));
  const [chosen, setChosen] = useState(names[0]);
  const [text, setText] = useState(() => prefilled(names[0]));
  const [session, setSession] = useState('');
  const [wrong, setWrong] = useState<Failure | null>(null);
  const [asking, setAsking] = useState(false);
  const [outcome, setOutcome] = useState<Executed | null>(null);
  const operation = operationOf(chosen);
  const parsed = parseParams(text);

  const choose = (name: string) => {
    setChosen(name);
    setText(prefilled(name));
    setWrong(null);
  };
  const run = async () => {
    setOutcome(null);
    const body = { operation: chosen, params: parsed.ok ? parsed.params : {}, session_id: session.trim() || null };
    const done = await act.run<Executed>(`${addressOf(CONNECTORS, plugin.id)}/execute`, { body, told: TOLD });
    if (done) setOutcome(done.value);
    return done !== null;
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setWrong(parsed.ok ? null : badParams(parsed.detail));
    if (!parsed.ok || act.busy) return;
    if (operation?.effect === 'write') setAsking(true);
    else void run();
  };

  return (
    <>
      <form class="form" onSubmit={submit}>
        <Choice
          label="Operation"
          value={chosen}
          onValue={choose}
          choices={names.map((name) => [name, shown(name)])}
          hint={
            operation && (
              <>
                <EffectBadge effect={operation.effect} /> <Foreign text={aboutOf(operation.params)} />
              </>
            )
          }
        />
        <TextArea label="Parameters" hint="A JSON object." value={text} onValue={setText} rows={6} code />
        <TextField
          label="Session"
          hint="The id of the conversation that it is for, if there is one."
          value={session}
          onValue={setSession}
          maxLength={64}
        />
        {!asking && <FailureNote failure={wrong ?? act.failure} />}
        <div class="actions">
          <button type="submit" class="button button-main" disabled={act.busy}>
            {act.busy ? 'Working…' : 'Run it'}
          </button>
        </div>
      </form>
      {asking && parsed.ok && (
        <Dialog title={`Run ${shown(chosen)}`} does="Run it" danger act={act} onClose={() => setAsking(false)} onDo={run}>
          <p>It writes outside. The policy decides whether it happens at once, waits for a person, or is refused. This is what is asked:</p>
          <Json label="What is asked" value={parsed.params} />
        </Dialog>
      )}
      <div role="status">{outcome && <Outcome outcome={outcome} />}</div>
    </>
  );
};

export const TryOperation = ({ plugin }: { plugin: Connector }) => {
  const may = useMay();
  const [first, ...others] = Object.keys(plugin.operations);
  if (!may('operator') || first === undefined) return null;
  return (
    <Section title="Try an operation" lead="As an agent would ask: the modes and the policy decide, and the request leaves evidence.">
      {plugin.serving === null ? (
        <p class="empty">It does not run: nothing can be asked of it now.</p>
      ) : (
        <Form plugin={plugin} names={[first, ...others]} />
      )}
    </Section>
  );
};
