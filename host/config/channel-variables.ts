/**
 * The variables outside the host's own that a channel may read. A list of what is allowed: a manifest
 * names variables, and the environment holds more than ours.
 */

/** Named by built-in plugins' manifests; `true`: masked wherever it is shown. */
export const BUILTIN_VARIABLES: Readonly<Record<string, boolean>> = {
  TWILIO_ACCOUNT_SID: false,
  TWILIO_AUTH_TOKEN: true,
  TWILIO_PHONE_NUMBER: false,
  TELEGRAM_BOT_TOKEN: true,
  TELEGRAM_WEBHOOK_SECRET: true,
  SLACK_APP_TOKEN: true,
  SLACK_BOT_TOKEN: true,
  SLACK_SIGNING_SECRET: true,
};

const FIELD_VARIABLE = /^(?:CHANNEL|CONNECTOR)_[A-Z0-9_]{1,200}$/;

export const isChannelVariable = (name: string): boolean => Object.hasOwn(BUILTIN_VARIABLES, name) || FIELD_VARIABLE.test(name);
