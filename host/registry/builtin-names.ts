import type { PluginKind } from './kinds.ts';

/** The channel adapters that come with the host: the name of the class, which `adapter_class` gives, and the plugin's id. */
export const BUILTIN_ADAPTERS: Readonly<Record<string, string>> = {
  TelegramAdapter: 'telegram',
  WhatsAppTwilioAdapter: 'whatsapp_twilio',
  WebchatAdapter: 'webchat',
};

/** The connectors that come with the host, likewise. */
export const BUILTIN_CONNECTORS: Readonly<Record<string, string>> = {
  WebFetchConnector: 'web_fetch',
  WebSearchConnector: 'web_search',
  RssConnector: 'rss',
  EmailSmtpConnector: 'email_smtp',
  SlackConnector: 'slack',
  HttpConnector: 'http',
};

export const BUILTIN_NAMES: Readonly<Record<PluginKind, Readonly<Record<string, string>>>> = {
  channel: BUILTIN_ADAPTERS,
  connector: BUILTIN_CONNECTORS,
};
