/** The capability `mail`, over real egress, against a real SMTP server on loopback. */
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createMailCapability } from '../../../host/capabilities/mail.ts';
import { createPlaceholders } from '../../../host/capabilities/placeholders.ts';
import { createEgress } from '../../../host/egress/create-egress.ts';
import { systemClock } from '../../../host/lib/clock.ts';
import type { MailReceipt, MailRequest } from '../../../schemas/mail.ts';
import { type FakeSmtp, type SmtpOptions, startSmtp } from '../../fakes/smtp.ts';
import { until } from '../../support/until.ts';
import { CERTIFICATE } from '../egress/certificate.ts';
import { onClose, unusedPort } from '../egress/servers.ts';

const NAME = 'api.example.test';
const USER = 'bot@tea.example';
const PASSWORD = 'password-of-the-test';
const MAIL: MailRequest = { to: ['ada@leaf.example'], subject: 'Tea', text: 'It is ready.' };

interface Options {
  server?: FakeSmtp;
  values?: Record<string, string | number>;
  password?: string | null;
  allow_private?: string[];
  ca?: string | undefined;
}

const open = ({ server, values = {}, password = PASSWORD, allow_private, ca = CERTIFICATE }: Options) => {
  const state = { mode: 'on' as 'on' | 'readonly' | 'off' };
  const port = server?.port ?? 2525;
  const egress = createEgress(
    {
      policy: () => ({
        allow_private: allow_private ?? [`${NAME}:${port}`],
        allowed_domains: [],
        blocked_domains: [],
        network_mode: state.mode,
      }),
      resolver: async () => ['127.0.0.1'],
    },
    { tls: { ca } },
  );
  onClose(() => egress.close());
  const placeholders = createPlaceholders(password === null ? {} : { password }, randomBytes);
  const handler = createMailCapability({
    sockets: egress,
    values: { host: NAME, port, user: USER, ...values },
    placeholders,
    clock: systemClock,
    newId: randomUUID,
    allowed: () => true,
    ca,
  });
  const send = async (mail: object) => (await handler(mail as never, { call_id: null })) as unknown as MailReceipt;
  const refusal = (mail: object = MAIL): Promise<{ code: string; message: string }> =>
    send(mail).then(
      () => Promise.reject(new Error('was not refused')),
      (error) => error,
    );
  return { send, refusal, state, egress, placeholder: placeholders.byField.get('password') ?? '' };
};

const start = async (options: SmtpOptions = { login: { user: USER, password: PASSWORD } }): Promise<FakeSmtp> => {
  const server = await startSmtp(options);
  onClose(() => server.close());
  return server;
};

describe('a mail', () => {
  test('goes encrypted, from the configured sender, as text and HTML with attachments', async () => {
    const server = await start();
    const { send } = open({ server, values: { from_name: 'Tea Bot' } });
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 256));
    const receipt = await send({
      to: ['ada@leaf.example', 'bo@pot.example'],
      cc: ['c@c.example'],
      bcc: ['secret@d.example'],
      reply_to: 'desk@tea.example',
      subject: 'Grüner Tee 😀 für alle, die gerade jetzt im Haus sind und eine Tasse davon haben wollen',
      text: 'It is ready.\n.\nReally.',
      html: '<p>It is <b>ready</b>.</p>',
      in_reply_to: '<1@leaf.example>',
      attachments: [{ file_name: 'leaf ü.bin', mime_type: 'application/x-leaf', content_base64: bytes.toString('base64') }],
    });
    expect(receipt).toEqual({
      message_id: expect.stringMatching(/^<[\w-]+@tea\.example>$/),
      accepted: ['ada@leaf.example', 'bo@pot.example', 'c@c.example', 'secret@d.example'],
      rejected: [],
    });
    const [mail] = server.taken;
    expect(mail).toMatchObject({ from: USER, to: receipt.accepted, encrypted: true, user: USER });
    expect(mail?.headers).toEqual(
      expect.arrayContaining([
        `From: Tea Bot <${USER}>`,
        'To: ada@leaf.example, bo@pot.example',
        'Cc: c@c.example',
        'Reply-To: desk@tea.example',
        'In-Reply-To: <1@leaf.example>',
        `Message-ID: ${receipt.message_id}`,
      ]),
    );
    expect(mail?.raw).not.toContain('secret@d.example');
    expect(mail?.raw).not.toContain(PASSWORD);
    expect(mail?.raw.replace(/\r\n/g, '')).toContain(bytes.toString('base64'));
    expect(mail?.raw).toContain('Content-Type: application/x-leaf');
    expect(mail?.raw).toContain('<p>It is <b>ready</b>.</p>');
  });

  test('goes over TLS from the first byte, and in the clear only without a password', async () => {
    const tls = await start({ tls: true, login: { user: USER, password: PASSWORD } });
    await open({ server: tls, values: { security: 'tls' } }).send(MAIL);
    expect(tls.taken[0]).toMatchObject({ encrypted: true, user: USER });
    const clear = await start({ starttls: false });
    await open({ server: clear, values: { security: 'none', user: '', from: USER }, password: null }).send(MAIL);
    expect(clear.taken[0]).toMatchObject({ encrypted: false, user: null, from: USER });
    const refused = open({ server: clear, values: { security: 'none' } });
    expect(await refused.refusal()).toMatchObject({ code: 'MAIL_NOT_CONFIGURED', message: expect.stringContaining('in the clear') });
  });

  test('does not go to a server that takes encryption away, or whose certificate is another’s', async () => {
    const without = await start({ starttls: false });
    expect(await open({ server: without, password: PASSWORD }).refusal()).toMatchObject({ code: 'TLS_FAILED' });
    const strange = await start({ tls: true });
    const other = open({
      server: strange,
      values: { host: 'other.example.test', security: 'tls' },
      allow_private: [`other.example.test:${strange.port}`],
    });
    expect(await other.refusal()).toMatchObject({ code: 'TLS_FAILED' });
    const upgraded = await start();
    const wrong = open({
      server: upgraded,
      values: { host: 'other.example.test' },
      allow_private: [`other.example.test:${upgraded.port}`],
    });
    expect(await wrong.refusal()).toMatchObject({ code: 'TLS_FAILED' });
    expect([without, strange, upgraded].flatMap(({ taken }) => taken)).toEqual([]);
  });

  test('tells a wrong password, a refused recipient and a server that is not there apart', async () => {
    const server = await start({ login: { user: USER, password: 'another' }, unknown: ['no@leaf.example'] });
    const error = await open({ server }).refusal();
    expect(error).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(error.message).not.toContain(PASSWORD);
    const known = await start({ login: { user: USER, password: PASSWORD }, unknown: ['no@leaf.example'] });
    const { send, refusal } = open({ server: known });
    expect(await send({ ...MAIL, cc: ['no@leaf.example'] })).toMatchObject({ accepted: MAIL.to, rejected: ['no@leaf.example'] });
    expect(await refusal({ ...MAIL, to: ['no@leaf.example'] })).toMatchObject({
      code: 'MAIL_REFUSED',
      message: expect.stringContaining('No such user'),
    });
    const port = await unusedPort();
    const gone = open({ values: { port }, allow_private: [`${NAME}:${port}`] });
    expect(await gone.refusal()).toMatchObject({ code: 'CONNECT_FAILED' });
  });
});

describe('the door', () => {
  test('is egress: a private server is reached by the exact word of the operator only', async () => {
    const server = await start();
    expect(await open({ server, allow_private: [] }).refusal()).toMatchObject({ code: 'SSRF_BLOCKED' });
    expect(await open({ server, allow_private: [`${NAME}:1`] }).refusal()).toMatchObject({ code: 'SSRF_BLOCKED' });
    expect(server.taken).toEqual([]);
  });

  test.each(['readonly', 'off'] as const)('is shut in the mode %s', async (mode) => {
    const server = await start();
    const { state, refusal } = open({ server });
    state.mode = mode;
    expect(await refusal()).toMatchObject({ code: 'NETWORK_MODE_BLOCKED' });
    expect(server.taken).toEqual([]);
  });

  test('closes a connection that stands when the mode changes', async () => {
    const server = await start({ login: { user: USER, password: PASSWORD }, silent: true });
    const { state, refusal, egress } = open({ server });
    const pending = refusal();
    await until(
      () => server.taken.length,
      (count) => count === 1,
      'the server took the mail',
    );
    state.mode = 'off';
    egress.modeChanged();
    expect(await pending).toMatchObject({ code: 'RESET' });
    await until(server.open, (count) => count === 0, 'the connection was closed');
  });
});

describe('what becomes a header', () => {
  test.each<[string, object]>([
    ['a line break in the subject', { ...MAIL, subject: 'Tea\r\nBcc: everybody@leaf.example' }],
    ['a line feed in the subject', { ...MAIL, subject: 'Tea\nX: y' }],
    ['a line break in an address', { ...MAIL, to: ['ada@leaf.example\r\nBcc: b@b.example'] }],
    ['a second address in an address', { ...MAIL, to: ['ada@leaf.example, bo@pot.example'] }],
    ['a name with an address', { ...MAIL, to: ['Ada <ada@leaf.example>'] }],
    ['a list by another name', { ...MAIL, to: ['friends: ada@leaf.example;'] }],
    ['no address', { ...MAIL, to: ['ada'] }],
    ['an address of a machine', { ...MAIL, to: ['ada@[127.0.0.1]'] }],
    ['a wrong answer address', { ...MAIL, reply_to: 'x\ny@z.example' }],
    ['a line break in a file name', { ...MAIL, attachments: [{ file_name: 'a\r\nX: y', content_base64: '' }] }],
    ['a path as a file name', { ...MAIL, attachments: [{ file_name: '../../a', content_base64: '' }] }],
    ['a type with parameters', { ...MAIL, attachments: [{ file_name: 'a', mime_type: 'text/plain; x=y\r\nZ: z', content_base64: '' }] }],
    ['a file by its path', { ...MAIL, attachments: [{ file_name: 'a', path: '/etc/passwd' }] }],
    ['bytes that are none', { ...MAIL, attachments: [{ file_name: 'a', content_base64: '§' }] }],
    ['an id that is none', { ...MAIL, in_reply_to: '<a> <b>\r\nX: y' }],
    ['a sender', { ...MAIL, from: 'king@leaf.example' }],
    ['headers', { ...MAIL, headers: { 'x-a': '1' } }],
    ['no recipient', { subject: 'Tea', text: 'x' }],
    ['nobody in a list', { ...MAIL, to: [] }],
    ['no content', { to: MAIL.to, subject: 'Tea' }],
    [
      'too many recipients',
      { ...MAIL, to: Array.from({ length: 30 }, (_, n) => `a${n}@b.example`), cc: Array.from({ length: 30 }, (_, n) => `c${n}@b.example`) },
    ],
  ])('is held to one line and one meaning: %s', async (_, mail) => {
    const server = await start();
    expect(await open({ server }).refusal(mail)).toMatchObject({ code: 'INVALID_PARAMS' });
    expect(server.taken).toEqual([]);
  });

  test('holds no secret, nor does anything else of a mail', async () => {
    const server = await start();
    const { refusal, placeholder } = open({ server });
    const content_base64 = Buffer.from(`x${placeholder}`).toString('base64');
    for (const mail of [
      { ...MAIL, subject: placeholder },
      { ...MAIL, text: `it is ${placeholder}` },
      { ...MAIL, attachments: [{ file_name: 'a', content_base64 }] },
    ])
      expect(await refusal(mail)).toMatchObject({ code: 'SECRET_MISPLACED' });
  });

  test.each<[string, Record<string, string>]>([
    ['host', { host: '' }],
    ['from', { user: '', from: 'no address' }],
    ['security', { security: 'maybe' }],
  ])('without %s nothing is sent, and the operator is told', async (field, values) => {
    expect(await open({ values }).refusal()).toMatchObject({ code: 'MAIL_NOT_CONFIGURED', message: expect.stringContaining(field) });
  });
});
