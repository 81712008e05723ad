/** Whether what `receive` gave is what the host takes. */
import { compile } from '../../schemas/compile.ts';
import { AccountReport, DeliveryReport, InboundMessageInput } from '../../schemas/message.ts';
import type { CallResult } from '../sandbox/confined.ts';
import { type ContractProblem, problem } from './contract-check.ts';

const CHECKS = { message: compile(InboundMessageInput), delivery_report: compile(DeliveryReport), account: compile(AccountReport) };

type Json = Record<string, unknown>;

const kindOf = (value: unknown): keyof typeof CHECKS => {
  const kind = typeof value === 'object' && value !== null ? (value as Json).kind : undefined;
  return kind === 'delivery_report' || kind === 'account' ? kind : 'message';
};

export interface Taken {
  elements: Json[];
  problems: ContractProblem[];
}

/** `what` names the event, as the reader of a problem knows it. */
export const takeReceived = (result: CallResult, what: string): Taken => {
  if (!result.ok) return { elements: [], problems: [problem(`receive failed at ${what}: ${result.message}`, result.stack)] };
  if (!Array.isArray(result.value)) return { elements: [], problems: [problem(`receive gave no list for ${what}.`)] };
  const problems = result.value.flatMap((element): ContractProblem[] => {
    const checked = CHECKS[kindOf(element)](element);
    const error = checked.ok ? undefined : checked.errors[0];
    return error === undefined
      ? []
      : [problem(`receive gave a ${kindOf(element)} that is not valid for ${what}: ${error.pointer} ${error.message}`)];
  });
  return { elements: result.value as Json[], problems };
};

export const messageIds = (elements: readonly Json[]): string[] =>
  elements.flatMap(({ message_id }) => (typeof message_id === 'string' ? [message_id] : []));
