/**
 * The one door out of the process: every request that leaves goes through here.
 * Checks the address, pins the connection to it, bounds time and size, and never throws.
 */

/** What the operator allows beside public addresses, and what they refuse. */
export interface EgressPolicy {
  /** Exact `host:port` pairs that may be private: `127.0.0.1:9999`. */
  allow_private: readonly string[];
  /** Whole-label suffixes; empty means every public host. */
  allowed_domains: readonly string[];
  blocked_domains: readonly string[];
}

export interface EgressRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | undefined;
  timeout_ms: number;
  /** Bound on the decompressed body. */
  max_response_bytes: number;
  /** A redirect is followed only to one of these origins (at most 5 hops, credentials dropped on another origin). */
  redirect_origins: readonly string[];
  /** Headers that are dropped when a redirect leaves the first origin, lower-case. */
  credential_headers?: readonly string[];
  /** Called once, when the first byte of a request is about to leave on a connected socket. */
  on_left?: () => void;
  signal?: AbortSignal;
}

export type EgressFaultCode =
  | 'INVALID_PARAMS'
  | 'SSRF_BLOCKED'
  | 'DOMAIN_BLOCKED'
  | 'DNS_FAILED'
  | 'CONNECT_FAILED'
  | 'TLS_FAILED'
  | 'TIMEOUT'
  | 'RESET'
  | 'TOO_LARGE'
  | 'REDIRECT_REFUSED'
  | 'ABORTED'
  | 'NETWORK_MODE_BLOCKED';

export type EgressResult =
  | { ok: true; status: number; headers: Record<string, string>; url: string; body: Buffer }
  | {
      ok: false;
      code: EgressFaultCode;
      message: string;
      /** Whether a request may have reached the other side: decides between `retryable` and `unknown`. */
      left: boolean;
    };

export interface Egress {
  request(request: EgressRequest): Promise<EgressResult>;
  close(): Promise<void>;
}
