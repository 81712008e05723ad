/** Holds what a plugin hands in against the message schema, as the host does. */
import { Value } from 'typebox/value';
import { AccountReport, DeliveryReport, InboundMessageInput } from '../../schemas/message.ts';

const SCHEMAS = { message: InboundMessageInput, delivery_report: DeliveryReport, account: AccountReport } as const;

/** Problems in words; [] when every element is valid. */
export const problemsOf = (received: readonly object[]): string[] =>
  received.flatMap((element) => {
    const { kind = 'message' } = element as { kind?: keyof typeof SCHEMAS };
    return [...Value.Errors(SCHEMAS[kind], element)].map((error) => `${kind}: ${JSON.stringify(error)}`);
  });
