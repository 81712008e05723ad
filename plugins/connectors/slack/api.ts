/** The calls of Slack's Web API: https://docs.slack.dev/apis/web-api/ */
import {
  asRecord,
  asText,
  ConnectorError,
  type FetchRequest,
  grantedFetch,
  type PluginContext,
  parseJson,
  requireOk,
  type Untrusted,
} from '../../sdk/index.ts';

const CALL_TIMEOUT_MS = 8_000;
const UPLOAD_TIMEOUT_MS = 12_000;

/** What an operator can mend; Slack's other words say enough themselves. */
const MEANING: Readonly<Record<string, string>> = {
  account_inactive: 'the bot or its workspace was removed',
  channel_not_found: 'there is no such channel, or the bot cannot see it',
  invalid_auth: 'the bot token is not right',
  is_archived: 'the channel is archived',
  msg_too_long: 'the text is too long',
  not_authed: 'the bot token is missing',
  not_in_channel: 'invite the bot to the channel',
  posting_to_channel_denied: 'the bot may not write there',
  restricted_action: 'the workspace does not let the bot do this',
  thread_not_found: 'there is no such thread',
  token_expired: 'the bot token has expired',
  token_revoked: 'the bot token was revoked',
};

const refusal = ({ error, needed }: Untrusted): ConnectorError => {
  const code = asText(error, 100) ?? 'unknown_error';
  const scope = asText(needed, 200);
  const meaning = scope === undefined ? (Object.hasOwn(MEANING, code) ? MEANING[code] : undefined) : `the bot lacks the scope ${scope}`;
  return new ConnectorError(`Slack refused: ${code}${meaning === undefined ? '' : ` (${meaning})`}`);
};

export interface SlackApi {
  /** Rejects with `ConnectorError` unless Slack says `ok`. */
  call(method: string, body: Pick<FetchRequest, 'json' | 'form'>): Promise<Untrusted>;
  /** To the address that Slack gave for one file. */
  upload(url: string, content_base64: string): Promise<void>;
  isWell(): Promise<boolean>;
}

export const createApi = (context: PluginContext): SlackApi => {
  const fetch = grantedFetch(context);
  const base = String(context.config.api_base_url ?? '').replace(/\/+$/, '');

  const call: SlackApi['call'] = async (method, body) => {
    const response = await fetch(`${base}/${method}`, { method: 'POST', ...body, timeout_ms: CALL_TIMEOUT_MS });
    const answer = asRecord(parseJson(requireOk(response, 'Slack').body));
    if (answer === undefined) throw new ConnectorError('Slack answered with something that is no JSON');
    if (answer.ok !== true) throw refusal(answer);
    return answer;
  };
  return {
    call,
    async upload(url, content_base64) {
      const response = await fetch(url, { method: 'POST', body_base64: content_base64, timeout_ms: UPLOAD_TIMEOUT_MS });
      requireOk(response, "Slack's upload");
    },
    async isWell() {
      try {
        await call('auth.test', { form: {} });
        return true;
      } catch {
        return false;
      }
    },
  };
};
