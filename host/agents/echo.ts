/** Answers with the text it got: a first run needs no account anywhere. */
import { type Agent, textReply } from './agent.ts';

export const createEchoAgent = (): Agent => ({
  name: 'echo',
  timeout_ms: 1000,
  immediate(message) {
    const text = message.text?.trim();
    if (text) return [textReply(message.text as string)];
    const kinds = message.attachments.map((attachment) => attachment.type).join(', ') || message.type;
    return [textReply(`(${kinds})`)];
  },
  async close() {},
});
