/**
 * A simulated Slack Web API on loopback: posting messages, and uploading files in three steps, the second of which goes to an
 * address of its own. Not modelled: scopes beside one that can be taken away, direct conversations, blocks, rate limits of its own,
 * workspaces on Enterprise Grid. As the real one, it answers most refusals with 200 and `ok: false`.
 */
import { jsonReply, type Provider, type RecordedCall, type Reply, startProvider } from './provider.ts';

export interface PostedMessage {
  channel: string;
  text: string;
  thread_ts?: string;
}

export interface SharedFile {
  id: string;
  filename: string;
  title: string;
  bytes: Buffer;
  channel_id: string;
  initial_comment?: string;
  thread_ts?: string;
}

export interface FakeSlack extends Provider {
  posted: PostedMessage[];
  shared: SharedFile[];
  /** Of the token; a call without its scope is refused by name. */
  scopes: Set<string>;
}

const SCOPE: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
};

interface Options {
  token: string;
  channels: readonly string[];
}

const no = (error: string, more: object = {}): Reply => jsonReply(200, { ok: false, error, ...more });
const yes = (more: object): Reply => jsonReply(200, { ok: true, ...more });

export const startFakeSlack = async ({ token, channels }: Options): Promise<FakeSlack> => {
  const posted: PostedMessage[] = [];
  const shared: SharedFile[] = [];
  const scopes = new Set(Object.values(SCOPE));
  const waiting = new Map<string, { filename: string; length: number; bytes: Buffer | null }>();
  let provider: Provider;

  const methods: Readonly<Record<string, (call: RecordedCall) => Reply>> = {
    'auth.test': () => yes({ team: 'Tea', user_id: 'U1' }),
    'chat.postMessage'({ body }) {
      const message = JSON.parse(body) as PostedMessage;
      if (!channels.includes(message.channel)) return no('channel_not_found');
      if (message.text === '') return no('no_text');
      posted.push(message);
      return yes({ channel: message.channel, ts: `1735787045.${String(posted.length).padStart(6, '0')}`, message: { text: message.text } });
    },
    'files.getUploadURLExternal'({ body }) {
      const asked = new URLSearchParams(body);
      const id = `F${waiting.size + 1}`;
      waiting.set(id, { filename: asked.get('filename') ?? '', length: Number(asked.get('length')), bytes: null });
      return yes({ upload_url: `${provider.url}/upload/v1/${id}`, file_id: id });
    },
    'files.completeUploadExternal'({ body }) {
      const { files, ...more } = JSON.parse(body) as { files: { id: string; title: string }[]; channel_id: string };
      if (!channels.includes(more.channel_id)) return no('channel_not_found');
      for (const { id, title } of files) {
        const file = waiting.get(id);
        if (file?.bytes === null || file === undefined) return no('file_not_found');
        shared.push({ id, filename: file.filename, title, bytes: file.bytes, ...more });
      }
      return yes({ files: files.map(({ id, title }) => ({ id, title, permalink: `https://tea.slack.example/files/${id}` })) });
    },
  };
  const upload = ({ path, bytes, headers }: RecordedCall): Reply => {
    const file = waiting.get(path.split('/').at(-1) ?? '');
    if (file === undefined || headers.authorization !== undefined) return { status: 400, body: 'bad upload' };
    if (bytes.length !== file.length) return { status: 400, body: 'wrong length' };
    file.bytes = bytes;
    return { status: 200, body: `OK - ${bytes.length}` };
  };
  provider = await startProvider({
    operationOf: (path) => (path.startsWith('/upload/') ? 'upload' : path.replace(/^\/api\//, '')),
    carryOut(call) {
      if (call.method === 'upload') return upload(call);
      if (call.headers.authorization !== `Bearer ${token}`)
        return no(call.headers.authorization === undefined ? 'not_authed' : 'invalid_auth');
      const scope = SCOPE[call.method];
      if (scope !== undefined && !scopes.has(scope)) return no('missing_scope', { needed: scope, provided: [...scopes].join(',') });
      return Object.hasOwn(methods, call.method) ? (methods[call.method] as (call: RecordedCall) => Reply)(call) : no('unknown_method');
    },
    refuse: (behaviour) =>
      behaviour.kind === 'rate_limited'
        ? jsonReply(
            429,
            { ok: false, error: 'ratelimited' },
            behaviour.retry_after === undefined ? {} : { 'retry-after': String(behaviour.retry_after) },
          )
        : no(behaviour.kind === 'unauthorized' ? 'token_revoked' : 'restricted_action'),
  });
  return { ...provider, posted, shared, scopes };
};
