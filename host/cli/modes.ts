/** `agentos network-mode get|set` and `agentos phase get|set`. */
import { withClient } from './client.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { printFields, show } from './output.ts';

interface Asked {
  approval_id?: string;
}

type Kind = 'mode' | 'phase';
const PATHS: Record<Kind, string> = { mode: '/api/network-mode', phase: '/api/phase' };

const get =
  (kind: Kind) =>
  (context: CliContext, options: CommonOptions): Promise<void> =>
    withClient(context, options, async (client) => {
      const answer = await client.call<Record<string, string>>('GET', PATHS[kind]);
      show(context.stdout, options, answer, (value) =>
        printFields(context.stdout, [
          [kind === 'mode' ? 'network mode' : 'phase', value[kind]],
          ['since', value.updated_at],
          ['decided by', value.updated_by],
        ]),
      );
    });

const set =
  (kind: Kind) =>
  (context: CliContext, options: CommonOptions & { reason?: string }, value: string): Promise<void> =>
    withClient(context, options, async (client) => {
      const answer = await client.call<Asked & Record<string, unknown>>('POST', PATHS[kind], {
        [kind]: value,
        reason: options.reason ?? null,
      });
      show(context.stdout, options, answer, (outcome) => {
        if (outcome.approval_id !== undefined)
          context.stdout.write(`waits for an admin: agentos approvals approve ${outcome.approval_id}\n`);
        else if (outcome.changed === false) context.stdout.write(`it is ${value} already\n`);
        else context.stdout.write(`${outcome[`previous_${kind}`]} → ${outcome[`new_${kind}`]}\n`);
      });
    });

export const networkModeGet = get('mode');
export const networkModeSet = set('mode');
export const phaseGet = get('phase');
export const phaseSet = set('phase');
