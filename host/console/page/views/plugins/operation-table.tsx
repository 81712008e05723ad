import type { Connector } from '../../api/answers.ts';
import { Badge } from '../../parts/badge.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Table } from '../../parts/table.tsx';
import { aboutOf, type Parameter, parametersOf } from './operation-params.ts';

type Operation = Connector['operations'][string];

export const EffectBadge = ({ effect }: Pick<Operation, 'effect'>) => (
  <Badge state={effect === 'write' ? 'writes' : 'reads'} tone={effect === 'write' ? 'warn' : 'quiet'} />
);

const Parameters = ({ parameters }: { parameters: readonly Parameter[] }) =>
  parameters.length === 0 ? (
    <span class="quiet">none</span>
  ) : (
    <ul class="parameters">
      {parameters.map(({ name, type, required, about }) => (
        <li key={name}>
          <Foreign class="place" text={name} />{' '}
          <span class="quiet">
            <Foreign text={type} />
            {required ? '' : ', optional'}
          </span>
          {about !== '' && (
            <>
              {': '}
              <Foreign text={about} />
            </>
          )}
        </li>
      ))}
    </ul>
  );

export const OperationTable = ({ operations }: Pick<Connector, 'operations'>) => (
  <Table
    caption="Operations"
    rows={Object.entries(operations).map(([name, operation]) => ({ name, ...operation }))}
    keyOf={({ name }) => name}
    empty="None."
    columns={[
      { name: 'Operation', cell: ({ name }) => <Foreign class="place" text={name} /> },
      { name: 'Effect', cell: ({ effect }) => <EffectBadge effect={effect} /> },
      { name: 'Risk', cell: ({ risk }) => risk ?? <span class="quiet">–</span> },
      { name: 'What it does', cell: ({ params }) => <Foreign text={aboutOf(params)} /> },
      { name: 'Parameters', kind: 'wide', cell: ({ params }) => <Parameters parameters={parametersOf(params)} /> },
    ]}
  />
);
