/** What the deployment guide prints, as it prints it: its two manifests, its `.env`, its policy. */

export const TELEGRAM_MANIFEST = `{
  "name": "Telegram",
  "id": "telegram",
  "version": "1.0.0",
  "adapter_class": "agentos.communicationos.channels.telegram.TelegramAdapter",
  "description": "Telegram bot integration",
  "capabilities": ["text", "images", "documents"],
  "webhook_url": "/webhooks/telegram",
  "configuration_schema": {
    "bot_token": {"type": "string", "required": true, "secret": true}
  },
  "setup_guide": "README.md"
}
`;

export const WHATSAPP_MANIFEST = `{
  "name": "WhatsApp (Twilio)",
  "id": "whatsapp_twilio",
  "version": "1.0.0",
  "adapter_class": "agentos.communicationos.channels.whatsapp_twilio.WhatsAppTwilioAdapter",
  "description": "WhatsApp integration via Twilio",
  "capabilities": ["text", "images", "audio"],
  "webhook_url": "/webhooks/whatsapp/twilio",
  "configuration_schema": {
    "account_sid": {"type": "string", "required": true},
    "auth_token": {"type": "string", "required": true, "secret": true},
    "phone_number": {"type": "string", "required": true}
  },
  "setup_guide": "README.md"
}
`;

export const GUIDE_ENV = `# Database
DATABASE_URL=sqlite:///store/agentos.db

# Security
NETWORK_MODE=on  # Options: on, readonly, off
EXECUTION_PHASE=execution  # Options: planning, execution

# Twilio (WhatsApp)
TWILIO_ACCOUNT_SID=your_account_sid
TWILIO_AUTH_TOKEN=your_auth_token
TWILIO_PHONE_NUMBER=+14155238886

# Telegram
TELEGRAM_BOT_TOKEN=your_bot_token

# Slack
SLACK_APP_TOKEN=xapp-your-app-token
SLACK_BOT_TOKEN=xoxb-your-bot-token

# Logging
LOG_LEVEL=INFO
AUDIT_LOG_ENABLED=true
`;

export const GUIDE_POLICY = {
  network_mode: { default: 'on', allowed_modes: ['on', 'readonly', 'off'], mode_change_requires_approval: true },
  phase_gates: {
    planning: { comm_commands_allowed: false, external_fetch_allowed: false },
    execution: { comm_commands_allowed: true, external_fetch_allowed: true },
  },
  rate_limits: { max_requests_per_user: 100, time_window_seconds: 60, dedupe_window_seconds: 300 },
  blocked_operations: ['execute', 'shell', 'system'],
};
