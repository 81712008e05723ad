/** One `send` to a scripted service. */
import type { Receipt } from '../../schemas/message.ts';
import type { Bench, Instance } from './bench.ts';
import type { ContractProblem } from './contract-check.ts';
import { outboundTo, takeReceipt } from './receipts.ts';
import { takeReceived } from './received.ts';
import type { Script, SeenRequest } from './scripted-egress.ts';

export interface Sending {
  receipt: Receipt | null;
  problems: ContractProblem[];
  /** Requests of this `send` alone. */
  requests: SeenRequest[];
}

/** Conversations have the form of their platform: the first that a fixture speaks of, else a number. */
const findConversation = (bench: Bench): Promise<string> =>
  bench.started(async (instance) => {
    for (const { file, event } of bench.fixtures.events) {
      const { elements } = takeReceived(await instance.call('receive', [event]), file);
      const key = elements.find(({ conversation_key }) => typeof conversation_key === 'string')?.conversation_key;
      if (typeof key === 'string') return key;
    }
    return '42';
  });

const conversations = new WeakMap<Bench, Promise<string>>();

const conversationOf = (bench: Bench): Promise<string> => {
  const known = conversations.get(bench) ?? findConversation(bench);
  conversations.set(bench, known);
  return known;
};

/** `when` stands in the problems: "when the service answers 429". */
export const sendBy = async (instance: Instance, bench: Bench, text: string, when: string): Promise<Sending> => {
  const message = outboundTo(await conversationOf(bench), text);
  const before = instance.seen.requests.length;
  const taken = takeReceipt(await instance.call('send', [message]), when);
  return { ...taken, requests: instance.seen.requests.slice(before) };
};

/** By an instance of its own. */
export const trySend = (bench: Bench, text: string, when: string, script: Script = bench.well): Promise<Sending> =>
  bench.started((instance) => sendBy(instance, bench, text, when), script);
