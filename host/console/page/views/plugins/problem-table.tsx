import { Badge } from '../../parts/badge.tsx';
import { Foreign } from '../../parts/foreign.tsx';
import { Table } from '../../parts/table.tsx';
import type { Plugin } from './kinds.ts';

type Problem = Plugin['problems'][number];

const placeOf = ({ file, line }: Problem): string => (line === null ? file : `${file}:${line}`);

export const ProblemTable = ({ problems }: { problems: readonly Problem[] }) => (
  <Table
    caption="Problems"
    rows={problems.map((problem, index) => ({ ...problem, index }))}
    keyOf={({ index }) => index}
    empty="None."
    columns={[
      { name: 'Severity', cell: ({ severity }) => <Badge state={severity} tone={severity === 'error' ? 'bad' : 'warn'} /> },
      { name: 'Place', cell: (problem) => <Foreign class="place column" text={placeOf(problem)} /> },
      { name: 'Problem', kind: 'wide', cell: ({ message }) => <Foreign text={message} /> },
      { name: 'Fix', kind: 'wide', cell: ({ hint }) => <Foreign text={hint} /> },
    ]}
  />
);
