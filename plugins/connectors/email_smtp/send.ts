/** The operation `send`. What becomes a header is checked by the host: nothing here may be trusted to do it. */
import {
  asList,
  asRecord,
  ConnectorError,
  contentParam,
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
    const attachment = asRecord(one) ?? {};
    const { file_name, mime_type } = attachment;
    if (typeof file_name !== 'string') throw new InvalidParamsError(`'attachments[${index}].file_name' parameter is required`);
    const content_base64 = contentParam(attachment, `'attachments[${index}]'`);
    return { file_name, content_base64, ...(mime_type === undefined ? {} : { mime_type: String(mime_type) }) };
  });

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
