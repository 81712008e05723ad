/** The operation `upload_file`, in Slack's three steps: https://docs.slack.dev/messaging/working-with-files */
import { asList, asRecord, asText, ConnectorError, contentParam, InvalidParamsError, type OperationParams } from '../../sdk/index.ts';
import type { SlackApi } from './api.ts';
import { escaped } from './send-message.ts';

export interface UploadedFile {
  file_id: string;
  file_name: string;
  size_bytes: number;
  /** Where people of the workspace see it; null when Slack does not say. */
  permalink: string | null;
}

const contentOf = (params: OperationParams): string => {
  const base64 = contentParam(params, 'the file');
  if (base64 === '') throw new InvalidParamsError('The file is empty, which Slack does not take');
  return base64;
};

const sizeOf = (base64: string): number => (base64.length / 4) * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

export const uploadFile = async (api: SlackApi, params: OperationParams): Promise<UploadedFile> => {
  const { channel, thread_ts, comment } = params;
  const file_name = String(params.file_name);
  const content = contentOf(params);
  const size_bytes = sizeOf(content);
  const place = await api.call('files.getUploadURLExternal', { form: { filename: file_name, length: String(size_bytes) } });
  const [url, file_id] = [asText(place.upload_url, 4_096), asText(place.file_id, 100)];
  if (url === undefined || file_id === undefined) throw new ConnectorError('Slack did not say where the file goes');
  await api.upload(url, content);
  const done = await api.call('files.completeUploadExternal', {
    json: {
      files: [{ id: file_id, title: asText(params.title) ?? file_name }],
      channel_id: channel,
      ...(thread_ts === undefined ? {} : { thread_ts }),
      ...(comment === undefined ? {} : { initial_comment: escaped(String(comment)) }),
    },
  });
  return { file_id, file_name, size_bytes, permalink: asText(asRecord(asList(done.files)[0])?.permalink, 4_096) ?? null };
};
