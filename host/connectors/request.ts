/** What is asked of the communication service, and what it answers. */

export const RequestStatus = {
  SUCCESS: 'success',
  FAILED: 'failed',
  DENIED: 'denied',
  RATE_LIMITED: 'rate_limited',
  REQUIRES_APPROVAL: 'requires_approval',
  TIMEOUT: 'timeout',
} as const;
export type RequestStatus = (typeof RequestStatus)[keyof typeof RequestStatus];

/** The ids of the built-in connectors. Any folder's id is a type too, and `CUSTOM` stands for one without a better name. */
export const ConnectorType = {
  WEB_FETCH: 'web_fetch',
  WEB_SEARCH: 'web_search',
  RSS: 'rss',
  EMAIL_SMTP: 'email_smtp',
  SLACK: 'slack',
  HTTP: 'http',
  CUSTOM: 'custom',
} as const;
export type ConnectorType = (typeof ConnectorType)[keyof typeof ConnectorType];

export const REQUEST_CODES = [
  'CONNECTOR_NOT_FOUND',
  'NETWORK_MODE_BLOCKED',
  'OUTBOUND_FORBIDDEN_IN_PLANNING',
  'NO_POLICY',
  'CONNECTOR_DISABLED',
  'OPERATION_NOT_ALLOWED',
  'DOMAIN_BLOCKED',
  'SSRF_BLOCKED',
  'RATE_LIMITED',
  'APPROVAL_REQUIRED',
  'INVALID_PARAMS',
  'NOT_SUPPORTED',
  'TOO_LARGE',
  'TIMEOUT',
  'CONNECTOR_ERROR',
] as const;
export type RequestCode = (typeof REQUEST_CODES)[number];

export interface ConnectorRequest {
  /** The id of a connector. */ connector_type: string;
  operation: string;
  /** JSON. */
  params?: Record<string, unknown> | undefined;
  session_id?: string | null | undefined;
  /** Of the approval that a person gave to exactly this request. */
  approval_id?: string | null | undefined;
}

export interface RequestError {
  code: RequestCode;
  /** What is wrong. */
  message: string;
  /** How to mend it. */
  hint: string;
  /** With `APPROVAL_REQUIRED`: what a person has to approve. */
  approval_id?: string;
  /** With `RATE_LIMITED`: when the next request may come. */
  retry_after_ms?: number;
}

/** From the least trusted to the most. */
export const TRUST_TIERS = ['search_result', 'external_source', 'primary_source', 'authoritative'] as const;
export type TrustTier = (typeof TRUST_TIERS)[number];

/** Whatever comes from outside says nothing about what may be done: where it comes from, and how far it is to be believed. */
export interface Provenance {
  untrusted: true;
  /** The address it was fetched from, else `connector:<id>`. */
  source: string;
  trust_tier: TrustTier;
}

export interface ConnectorResponse {
  request_id: string;
  status: RequestStatus;
  /** JSON; null unless `success`. */
  data: unknown;
  /** null with `success`. */
  error: RequestError | null;
  evidence_id: string;
  /** null unless `success`. */
  provenance: Provenance | null;
}
