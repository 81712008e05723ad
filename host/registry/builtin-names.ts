/** The channel adapters that come with the host: the name of the class, which `adapter_class` gives, and the plugin's id. */
export const BUILTIN_ADAPTERS: Readonly<Record<string, string>> = {
  TelegramAdapter: 'telegram',
  WhatsAppTwilioAdapter: 'whatsapp_twilio',
  WebchatAdapter: 'webchat',
};

/** The connectors that come with the host, in the same way. */
export const BUILTIN_CONNECTORS: Readonly<Record<string, string>> = {
  WebFetchConnector: 'web_fetch',
  RssConnector: 'rss',
  WebSearchConnector: 'web_search',
  SlackConnector: 'slack',
  HttpConnector: 'http',
  EmailSmtpConnector: 'email_smtp',
};
