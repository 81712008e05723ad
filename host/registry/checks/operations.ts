import { type Check, error, type Finding, warning } from './check.ts';

/** An agent chooses by what it reads, and an operator approves by it. */
export const operations: Check = {
  id: 'operations',
  check: ({ operations: declared = {} }) =>
    Object.entries(declared).flatMap(([name, { params }]): Finding[] => {
      const pointer = `/operations/${name}/params`;
      const findings: Finding[] = [];
      if (params === null || typeof params !== 'object' || (params as { type?: unknown }).type !== 'object') {
        findings.push(
          error(pointer, `The parameters of "${name}" are no object.`, 'Write "params": {"type": "object", "properties": {…}}.'),
        );
      }
      if (!Object.hasOwn(params, 'description')) {
        findings.push(warning(pointer, `Nothing tells agents what "${name}" does.`, 'Add "description": "…" to its params, one sentence.'));
      }
      return findings;
    }),
};
