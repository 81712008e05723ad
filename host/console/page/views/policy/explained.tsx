/** What would become of a message, step by step. */
import type { Explanation } from '../../api/answers.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Section } from '../../parts/view.tsx';
import { When } from '../../parts/when.tsx';

type Step = Explanation['steps'][number];
type Rule = Explanation['rules'][number];

const TONES: Readonly<Record<string, Tone>> = { pass: 'good', dispatched: 'good', waits: 'warn' };

const Outcome = ({ outcome }: { outcome: string }) => <Badge state={outcome} tone={TONES[outcome]} />;
const text = (value: string | null) => (value === null ? <span class="quiet">–</span> : <Foreign text={value} />);

const STEPS: readonly Column<Step>[] = [
  { name: 'Step', cell: ({ step }) => <Foreign text={step} />, kind: 'wide' },
  { name: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} /> },
  { name: 'Rule', cell: ({ rule }) => text(rule) },
  { name: 'Reason', cell: ({ reason }) => text(reason) },
];

const RULES: readonly Column<Rule>[] = [
  { name: 'Rule', cell: ({ rule }) => <Foreign text={rule} />, kind: 'wide' },
  { name: 'Outcome', cell: ({ outcome }) => (outcome === 'pass' ? <Outcome outcome="pass" /> : <Foreign text={outcome} />) },
];

export const Explained = ({ explanation }: { explanation: Explanation }) => {
  const { outcome, rule, reason, waits, at, network_mode, phase, steps, rules } = explanation;
  return (
    <>
      <Section title="What would happen">
        {waits && <p class="note note-warn">Nothing happens before the network mode allows it again.</p>}
        <Facts
          facts={[
            ['Outcome', <Outcome key="outcome" outcome={outcome} />],
            ['By the rule', <Foreign key="rule" text={rule} />],
            ['Reason', reason === null ? null : <Foreign key="reason" text={reason} />],
            ['Waits', waits ? 'yes' : 'no'],
            ['At', <When key="at" at={at} />],
            ['Network mode', <Badge key="mode" state={network_mode} />],
            ['Phase', <Badge key="phase" state={phase} />],
          ]}
        />
      </Section>
      <Section title="Steps">
        <Table caption="Steps, in order" columns={STEPS} rows={steps} keyOf={({ step }) => step} empty="None." />
      </Section>
      <Section title="Rules" lead="Those of the step authorize, as far as they were asked: the first that speaks decides.">
        <Table caption="Rules, in order" columns={RULES} rows={rules} keyOf={(row) => row.rule} empty="None was asked." />
      </Section>
    </>
  );
};
