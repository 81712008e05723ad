/** `email_smtp` as it runs, against a real SMTP server on loopback. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeSmtp, startSmtp } from '../../../fakes/smtp.ts';
import { CERTIFICATE } from '../../../host/egress/certificate.ts';
import { onClose } from '../../../host/egress/servers.ts';
import { useSandbox } from '../../../host/sandbox/fixture.ts';
import { type RunningConnector, runConnector } from '../confined-connector.ts';

const { sandbox } = useSandbox();
const NAME = 'api.example.test';
const LOGIN = { user: 'bot@tea.example', password: 'password-of-the-test' };
const MAIL = { to: ['ada@leaf.example'], subject: 'Tea', text: 'It is ready.' };
let server: FakeSmtp;
let connector: RunningConnector;

beforeEach(async () => {
  server = await startSmtp({ login: LOGIN });
  onClose(() => server.close());
  connector = await runConnector(sandbox(), 'email_smtp', {
    config: { host: NAME, port: server.port, user: LOGIN.user },
    secrets: { password: LOGIN.password },
    policy: { allow_private: [`${NAME}:${server.port}`] },
    resolver: async () => ['127.0.0.1'],
    ca: CERTIFICATE,
  });
});

describe('send', () => {
  it('sends a mail with attachments, and never sees the password', async () => {
    const bytes = Buffer.alloc(400_000, 'tea');
    const receipt = await connector.result('send', {
      ...MAIL,
      html: '<b>It is ready.</b>',
      attachments: [
        { file_name: 'leaf.bin', content_base64: bytes.toString('base64') },
        { file_name: 'note.txt', content: 'grün' },
      ],
    });
    expect(receipt).toEqual({ message_id: expect.stringContaining('@tea.example>'), accepted: MAIL.to, rejected: [] });
    const [mail] = server.taken;
    expect(mail).toMatchObject({ from: LOGIN.user, encrypted: true, user: LOGIN.user });
    expect(mail?.raw.replace(/\r\n/g, '')).toContain(bytes.toString('base64'));
    expect(mail?.raw).toContain(Buffer.from('grün').toString('base64'));
    expect(JSON.stringify(connector.placeholders)).not.toContain(LOGIN.password);
  });

  it.each<[string, object]>([
    ['a line break in a header', { subject: 'Tea\r\nBcc: x@y.example' }],
    ['nothing to read', { text: undefined }],
    ['a file without a name', { attachments: [{ content: 'x' }] }],
    ['a file without content', { attachments: [{ file_name: 'x' }] }],
    ['nobody', { to: [] }],
  ])('%s is refused', async (_, params) => {
    expect(await connector.execute('send', { ...MAIL, ...params })).toMatchObject({
      ok: false,
      fault: 'threw',
      code: expect.stringMatching(/^INVALID_PARAMS$/),
    });
    expect(server.taken).toEqual([]);
  });

  it('says why a server refused', async () => {
    await server.close();
    expect(await connector.execute('send', MAIL)).toMatchObject({ ok: false, fault: 'threw', code: 'CONNECT_FAILED' });
  });
});
