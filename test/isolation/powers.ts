/** The host's own handlers behind every power, for attacks on them: a real ledger, and a platform that shows what reached it. */
import { randomBytes } from 'node:crypto';
import { createUrlSource } from '../../host/capabilities/attachment-url.ts';
import { createAttachments } from '../../host/capabilities/attachments.ts';
import { createFetchCapability } from '../../host/capabilities/fetch.ts';
import { createGrantedKeys } from '../../host/capabilities/granted-key.ts';
import { createHmacCapability } from '../../host/capabilities/hmac.ts';
import { createPlaceholders } from '../../host/capabilities/placeholders.ts';
import { createRequestTracker } from '../../host/capabilities/request-tracker.ts';
import { createSignCapability } from '../../host/capabilities/sign.ts';
import { createPluginStorage } from '../../host/capabilities/storage.ts';
import type { Egress } from '../../host/egress/egress.ts';
import { ledgerStorage } from '../../host/ledger/plugin-storage.ts';
import type { ConfinedOptions } from '../../host/sandbox/confined.ts';
import type { Attachment } from '../../schemas/message.ts';
import { toGrants } from '../host/capabilities/harness.ts';
import { openTestLedger } from '../host/ledger/fixture.ts';

const SECRETS = { bot_token: 'a token that stays', signing_key: 'a key that stays', other: 'a secret that was not granted' };

/** Answers with the body that it got; `/quiet` says nothing, `/echo-auth` repeats the credential. */
const platform: Egress = {
  async request(request) {
    request.on_left?.();
    const { hostname, pathname } = new URL(request.url);
    const shown = pathname === '/echo-auth' ? JSON.stringify(request.headers) : pathname === '/quiet' ? '' : (request.body ?? '');
    const body = hostname === 'files.example' ? Buffer.from(`the bytes of ${pathname}`) : Buffer.from(shown);
    return { ok: true, status: 200, headers: { 'x-echo': JSON.stringify(request.headers) }, url: request.url, body };
  },
  close: async () => undefined,
};

const MESSAGES: Record<string, Attachment[]> = {
  mine: [
    { type: 'image', ref: 'mine-ref', url: 'http://files.example/mine', file_name: 'a.png\r\nX-Evil: 1', mime_type: 'a/b\r\nX-Evil: 1' },
  ],
  theirs: [{ type: 'image', ref: 'theirs-ref', url: 'http://files.example/theirs' }],
};

const keyed = () => {
  const placeholders = createPlaceholders(SECRETS, randomBytes);
  const keys = createGrantedKeys({ fields: ['signing_key', 'bot_token'], credentials: new Set(['bot_token']), placeholders });
  const network = [{ url: 'https://api.example', credentials: [{ secret: 'bot_token', at: 'header:authorization', form: 'Bearer {}' }] }];
  const fetch = createFetchCapability({
    egress: platform,
    grants: toGrants(network),
    placeholders,
    tracker: createRequestTracker(),
    allowed: () => true,
    attachments: createAttachments({
      attachmentsOf: async (id) => MESSAGES[id] ?? null,
      sending: () => ['mine', 'theirs'],
      sources: [createUrlSource(platform)],
    }),
  });
  return { placeholders, fetch, hmac: createHmacCapability(keys), sign: createSignCapability(keys) };
};

export interface Powers {
  /** Options of one hostile plugin, on a storage that another channel has a secret in. */
  options(): Promise<Partial<ConfinedOptions>>;
  close(): Promise<void>;
}

export const openPowers = async (): Promise<Powers> => {
  const home = await openTestLedger();
  const storage = createPluginStorage(ledgerStorage(home.ledger));
  await storage.capability('theirs', 1_000)({ op: 'set', key: 'secret', value: '"what they keep"' }, { call_id: null });
  let count = 0;
  return {
    async options() {
      const { placeholders, fetch, hmac, sign } = keyed();
      const { bot_token = '', other = '' } = Object.fromEntries(placeholders.byField);
      return {
        config: { bot_token, other },
        granted: ['fetch', 'timers', 'storage', 'hmac', 'sign'],
        handlers: { fetch, hmac, sign, storage: storage.capability(`hostile_${++count}`, 2_000), emit: async () => null },
      };
    },
    close: () => home.close(),
  };
};
