/** SMTP over a socket that egress opened: the home of nodemailer. It opens no connection, reads no file and fetches nothing itself. */
import type { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { MailReceipt, MailRequest } from '../../schemas/mail.ts';
import type { MailSettings } from './mail-settings.ts';

export type SmtpResult =
  | { ok: true; receipt: MailReceipt }
  | { ok: false; code: 'UNAUTHORIZED' | 'MAIL_REFUSED' | 'TLS_FAILED' | 'TIMEOUT' | 'RESET'; message: string };

export interface SmtpOptions {
  socket: Socket;
  settings: MailSettings;
  mail: MailRequest;
  message_id: string;
  timeout_ms: number;
  /** Authorities to trust instead of the system's, PEM. */
  ca: string | undefined;
}

interface SmtpError extends Error {
  code?: string;
  response?: string;
  /** Of an error of the kernel. */
  syscall?: string;
  responseCode?: number;
}

/** A server's answer is for people; what it repeats of a login is not. */
const said = ({ response, message }: SmtpError): string =>
  (response ?? message)
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 300);

/** The library gives every broken socket one code. What the kernel did not say, OpenSSL or the check of the certificate did. */
const isTls = ({ code, syscall }: SmtpError): boolean => code === 'ETLS' || (code === 'ESOCKET' && syscall === undefined);

const failure = (error: SmtpError): Extract<SmtpResult, { ok: false }> => {
  switch (isTls(error) ? 'ETLS' : error.code) {
    case 'EAUTH':
      return {
        ok: false,
        code: 'UNAUTHORIZED',
        message: 'The mail server refuses user and password. Check them, and whether it wants a password for programs.',
      };
    case 'ETLS':
      return {
        ok: false,
        code: 'TLS_FAILED',
        message: 'No trusted TLS connection to the mail server. Check security and its certificate.',
      };
    case 'ETIMEDOUT':
      return { ok: false, code: 'TIMEOUT', message: 'The mail server did not answer in time. Whether it took the mail is unknown.' };
    default:
      return error.responseCode === undefined
        ? { ok: false, code: 'RESET', message: 'The connection to the mail server ended before it took the mail.' }
        : { ok: false, code: 'MAIL_REFUSED', message: `The mail server refuses: ${said(error)}` };
  }
};

const messageOf = ({ settings, mail, message_id }: SmtpOptions) => ({
  from: settings.from_name === null ? settings.from : { name: settings.from_name, address: settings.from },
  to: mail.to ?? [],
  cc: mail.cc ?? [],
  bcc: mail.bcc ?? [],
  ...(mail.reply_to === undefined ? {} : { replyTo: mail.reply_to }),
  subject: mail.subject,
  messageId: message_id,
  ...(mail.text === undefined ? {} : { text: mail.text }),
  ...(mail.html === undefined ? {} : { html: mail.html }),
  ...(mail.in_reply_to === undefined ? {} : { inReplyTo: mail.in_reply_to, references: mail.in_reply_to }),
  attachments: (mail.attachments ?? []).map(({ file_name, mime_type, content_base64 }) => ({
    filename: file_name,
    ...(mime_type === undefined ? {} : { contentType: mime_type }),
    content: Buffer.from(content_base64, 'base64'),
  })),
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** Sends one mail and ends the connection. Never rejects. */
export const sendOver = async (options: SmtpOptions): Promise<SmtpResult> => {
  const { socket, settings, message_id, timeout_ms, ca } = options;
  const { host, port, security, user, password } = settings;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(password === null || user === null ? {} : { auth: { user, pass: password } }),
    tls: { rejectUnauthorized: true, servername: host, ...(ca === undefined ? {} : { ca }) },
    connectionTimeout: timeout_ms,
    greetingTimeout: timeout_ms,
    socketTimeout: timeout_ms,
    disableFileAccess: true,
    disableUrlAccess: true,
    // The socket is there, checked and pinned, and already encrypted where TLS comes first.
    getSocket: (_options: unknown, give: (error: Error | null, given: { connection: Socket; secured: boolean }) => void) =>
      give(null, { connection: socket, secured: security === 'tls' }),
  } as never);
  try {
    const { accepted, rejected } = (await transport.sendMail(messageOf(options))) as unknown as {
      accepted: unknown[];
      rejected: unknown[];
    };
    return { ok: true, receipt: { message_id, accepted: accepted.map(String), rejected: rejected.map(String) } };
  } catch (error) {
    return failure(error as SmtpError);
  } finally {
    transport.close();
    socket.destroy();
  }
};
