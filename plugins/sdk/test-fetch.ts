/** A `fetch` that answers what a test scripted, and refuses what the host would. */
import type { Attachment, FetchRequest, FetchResponse, PluginFetch } from './index.ts';
import { PlatformError } from './platform-error.ts';

export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Text as it is, bytes for a request with `response: 'base64'`; anything else as JSON. */
  body?: unknown;
}

type Request = Omit<FetchRequest, 'url'>;

const bodyOf = (body: unknown, response: Request['response']): string => {
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return bytes.toString(response === 'base64' ? 'base64' : 'utf8');
};

export const scripted = (answers: readonly (ScriptedAnswer | Error)[]): PluginFetch => {
  const left = [...answers];
  return async (url, request = {}): Promise<FetchResponse> => {
    const answer = left.shift();
    if (answer === undefined) throw new Error(`No answer is scripted for ${url}`);
    if (answer instanceof Error) throw answer;
    const { status = 200, headers = {}, body = '' } = answer;
    return { status, headers, url, body: bodyOf(body, request.response) };
  };
};

const CONTROL = /[\u0000-\u001f\u007f]/;

/** What the host refuses before anything leaves. `attachments`: of the message that is being sent. */
export const checkRequest = (
  { method = 'GET', body, body_base64, json, form, multipart, headers = {} }: Request,
  attachments: readonly Attachment[],
): void => {
  const given = [body, body_base64, json, form, multipart].filter((each) => each !== undefined).length;
  const invalid = (message: string) => new PlatformError('INVALID_PARAMS', message);
  if (given > 1) throw invalid('Give one of body, body_base64, json, form and multipart, not several.');
  if (given === 1 && (method === 'GET' || method === 'HEAD')) throw invalid(`A ${method} request has no body.`);
  if (multipart === undefined) return;
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) {
    throw invalid('The host writes the content-type of a multipart body. Leave it out.');
  }
  for (const part of multipart) {
    const { file_name = '', mime_type = '' } = 'attachment' in part ? part : {};
    if (CONTROL.test(part.name + file_name + mime_type)) throw invalid('A part holds a line break or another control character.');
    if ('value' in part) continue;
    const named = part.attachment;
    const found = typeof named === 'number' ? attachments[named] : attachments.find(({ ref }) => ref === named);
    if (found === undefined) throw new PlatformError('ATTACHMENT_UNKNOWN', 'That is no attachment of the message that is being sent.');
  }
};
