/** The operation `send_message`: https://docs.slack.dev/reference/methods/chat.postMessage */
import { asText, ConnectorError, type OperationParams } from '../../sdk/index.ts';
import type { SlackApi } from './api.ts';

export interface SentMessage {
  channel: string;
  /** Slack's name of the message, for replies in its thread. */
  ts: string;
}

/** Else `<!channel>` in a text would wake everybody, and `<https://…|word>` would hide where it leads. */
export const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export const sendMessage = async (api: SlackApi, { channel, text, thread_ts }: OperationParams): Promise<SentMessage> => {
  const answer = await api.call('chat.postMessage', {
    json: { channel, text: escaped(String(text)), ...(thread_ts === undefined ? {} : { thread_ts }) },
  });
  const ts = asText(answer.ts, 100);
  if (ts === undefined) throw new ConnectorError('Slack took the message and did not say which it became');
  return { channel: asText(answer.channel, 100) ?? String(channel), ts };
};
