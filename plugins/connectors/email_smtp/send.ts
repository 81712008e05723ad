/** The operation `send`. What becomes a header is checked by the host: nothing here may be trusted to do it. */
import {
  asList,
  asRecord,
  ConnectorError,
  InvalidParamsError,
  type MailReceipt,
  type MailRequest,
  type OperationParams,
  type PluginContext,
} from '../../sdk/index.ts';

const listOf = (value: unknown): string[] | undefined => {
  if (value === undefined || value === null) return undefined;
  return [value].flat().map(String);
};

const textOf = (value: unknown): string | undefined => (value === undefined || value === null ? undefined : String(value));

const attachmentsOf = (value: unknown): MailRequest['attachments'] =>
  asList(value).map((one, index) => {
    const { file_name, mime_type, content, content_base64 } = asRecord(one) ?? {};
    if (typeof file_name !== 'string') throw new InvalidParamsError(`'attachments[${index}].file_name' parameter is required`);
    if ((content === undefined) === (content_base64 === undefined)) {
      throw new InvalidParamsError(`Give 'content' (text) or 'content_base64' (bytes) of 'attachments[${index}]', one of them`);
    }
    const base64 = content_base64 === undefined ? encode(String(content)) : String(content_base64);
    return { file_name, content_base64: base64, ...(mime_type === undefined ? {} : { mime_type: String(mime_type) }) };
  });

const encode = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let from = 0; from < bytes.length; from += 8_192) binary += String.fromCharCode(...bytes.subarray(from, from + 8_192));
  return btoa(binary);
};

const mailOf = (params: OperationParams): MailRequest => {
  const given = {
    to: listOf(params.to),
    cc: listOf(params.cc),
    bcc: listOf(params.bcc),
    reply_to: textOf(params.reply_to),
    text: textOf(params.text),
    html: textOf(params.html),
    in_reply_to: textOf(params.in_reply_to),
    attachments: params.attachments === undefined ? undefined : attachmentsOf(params.attachments),
  };
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (given.text === undefined && given.html === undefined) throw new InvalidParamsError("Give 'text' or 'html', or both");
  return { ...stated, subject: String(params.subject) };
};

export const createSend =
  ({ mail }: PluginContext) =>
  async (params: OperationParams): Promise<MailReceipt> => {
    if (mail === undefined) throw new ConnectorError("This connector was not granted 'mail': approve the permission and reload it.");
    return mail.send(mailOf(params));
  };
