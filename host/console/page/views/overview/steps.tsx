import type { Status } from '../../api/answers.ts';
import { Table } from '../../parts/table.tsx';

type Step = Status['middleware'][number] & Record<string, unknown>;

/** Each step counts what it needs to; the names are its own. */
export const Steps = ({ steps }: { steps: Status['middleware'] }) => {
  const rows = steps as readonly Step[];
  const counts = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== 'step');
  return (
    <Table
      caption="Steps of the bus"
      rows={rows}
      keyOf={({ step }) => step}
      empty="None."
      columns={[
        { name: 'Step', cell: ({ step }) => step, kind: 'wide' },
        ...counts.map((name) => ({
          name: name.replaceAll('_', ' '),
          cell: (row: Step) => String(row[name] ?? 0),
          kind: 'number' as const,
        })),
      ]}
    />
  );
};
