/** Every error a person can meet: its code, HTTP status, whether trying again can help, and what it means. */

export interface ErrorSpec {
  status: number;
  retryable: boolean;
  title: string;
}

export const ERRORS = {
  CONFIG_INVALID: { status: 500, retryable: false, title: 'The configuration cannot be used' },
  POLICY_INVALID: { status: 500, retryable: false, title: 'The security policy cannot be used' },
  HOME_IN_USE: { status: 409, retryable: true, title: 'Another process owns this home' },
  KEY_MISMATCH: { status: 500, retryable: false, title: 'The key does not fit the database' },
  DATABASE_UNAVAILABLE: { status: 503, retryable: true, title: 'The database cannot be written' },
  SCHEMA_TOO_NEW: { status: 500, retryable: false, title: 'The database was written by a newer version' },
  MANIFEST_INVALID: { status: 422, retryable: false, title: 'The manifest cannot be used' },
  BUNDLE_FAILED: { status: 422, retryable: false, title: 'The adapter could not be bundled' },
  CONTRACT_BROKEN: { status: 422, retryable: false, title: 'The plugin breaks the contract' },
  CHANNEL_NOT_FOUND: { status: 404, retryable: false, title: 'No such channel' },
  CONNECTOR_NOT_FOUND: { status: 404, retryable: false, title: 'No such connector' },
  MESSAGE_NOT_FOUND: { status: 404, retryable: false, title: 'No such message' },
  SESSION_NOT_FOUND: { status: 404, retryable: false, title: 'No such session' },
  DELIVERY_NOT_FOUND: { status: 404, retryable: false, title: 'No such delivery' },
  ATTACHMENT_NOT_FOUND: { status: 404, retryable: false, title: 'No such attachment' },
  NOT_FOUND: { status: 404, retryable: false, title: 'No such resource' },
  SET_IN_FILE: { status: 409, retryable: false, title: 'The value is set in a file or variable' },
  READ_ONLY: { status: 409, retryable: false, title: 'The file cannot be written' },
  DIGEST_MISMATCH: { status: 409, retryable: false, title: 'The digest is not the one that waits for approval' },
  STATE_CONFLICT: { status: 409, retryable: false, title: 'Not possible in this state' },
  AUDIT_BROKEN: { status: 500, retryable: false, title: 'The audit trail is not as it was written' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, retryable: false, title: 'The key names another request' },
  INVALID_PARAMS: { status: 400, retryable: false, title: 'The request is not valid' },
  UNAUTHORIZED: { status: 401, retryable: false, title: 'A token is needed' },
  FORBIDDEN: { status: 403, retryable: false, title: 'Not allowed' },
  HOST_NOT_ALLOWED: { status: 403, retryable: false, title: 'Host or origin not allowed' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, title: 'Method not allowed' },
  TOO_LARGE: { status: 413, retryable: false, title: 'Too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false, title: 'Unsupported content' },
  RATE_LIMITED: { status: 429, retryable: true, title: 'Too many requests' },
  NETWORK_MODE_BLOCKED: { status: 403, retryable: true, title: 'The network mode does not allow it' },
  ATTACHMENT_UNAVAILABLE: { status: 502, retryable: true, title: 'The file could not be had from its platform' },
  INTERNAL: { status: 500, retryable: true, title: 'Something went wrong here' },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/** An error for a person: what is wrong, and how to mend it. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.hint = hint;
  }
  get status(): number {
    return ERRORS[this.code].status;
  }
}
