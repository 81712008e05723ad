/** A real SMTP server on loopback (smtp-server), which keeps what it took. It delivers nothing. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { CERTIFICATE, PRIVATE_KEY } from '../host/egress/certificate.ts';

export interface TakenMail {
  from: string;
  to: string[];
  /** Whether it came over TLS. */
  encrypted: boolean;
  user: string | null;
  /** Headers unfolded, body as it came. */
  headers: string[];
  raw: string;
}

export interface SmtpOptions {
  /** TLS from the first byte. */
  tls?: boolean;
  starttls?: boolean;
  /** Without it nobody logs in. */
  login?: { user: string; password: string };
  /** Recipients that it does not know. */
  unknown?: readonly string[];
  /** Takes the mail and says nothing more. */
  silent?: boolean;
}

export interface FakeSmtp {
  port: number;
  taken: TakenMail[];
  /** Connections that stand now. */
  open(): number;
  close(): Promise<void>;
}

const headersOf = (raw: string): string[] => (raw.split('\r\n\r\n', 1)[0] ?? '').replace(/\r\n[ \t]+/g, ' ').split('\r\n');

export const startSmtp = async (options: SmtpOptions = {}): Promise<FakeSmtp> => {
  const { tls = false, starttls = true, login, unknown = [], silent = false } = options;
  const taken: TakenMail[] = [];
  const server = new SMTPServer({
    secure: tls,
    cert: CERTIFICATE,
    key: PRIVATE_KEY,
    authOptional: login === undefined,
    disabledCommands: [...(starttls && !tls ? [] : ['STARTTLS']), ...(login === undefined ? ['AUTH'] : [])] as never,
    onAuth({ username, password }, _session, answer) {
      if (username === login?.user && password === login?.password) answer(null, { user: username });
      else answer(new Error('Invalid username or password'));
    },
    onRcptTo({ address }, _session, answer) {
      const refusal = Object.assign(new Error(`No such user ${address}`), { responseCode: 550 });
      answer(unknown.includes(address) ? refusal : null);
    },
    onData(stream, session, answer) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          encrypted: Boolean(session.secure),
          user: (session.user as string | undefined) ?? null,
          headers: headersOf(raw),
          raw,
        });
        if (!silent) answer(null);
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    open: () => server.connections.size,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
