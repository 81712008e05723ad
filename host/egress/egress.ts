/**
 * The one door out of the process: every request that leaves goes through here.
 * Checks the address, pins the connection to it, bounds time and size, and never throws.
 */

import type { Socket } from 'node:net';

/** What the operator allows beside public addresses, and what they refuse. */
export interface EgressPolicy {
  /** Exact `host:port` pairs that may be private: `127.0.0.1:9999`. */
  allow_private: readonly string[];
  /** Whole-label suffixes; empty means every public host. */
  allowed_domains: readonly string[];
  blocked_domains: readonly string[];
  /** The last word after all others: `off` lets nothing out, `readonly` no socket that writes. Left out: `on`. */
  network_mode?: 'on' | 'readonly' | 'off';
}

/** Whole-label suffixes. */
export interface DomainRules {
  /** Where they stand, for the message: `connectors.web_fetch`. */
  place: string;
  /** Empty: every one. */
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
  /** A redirect is followed only to one of these origins, `*` being all (at most 5 hops, credentials dropped on another origin). */
  redirect_origins: readonly string[];
  /** Asked before every hop: further bounds, of whoever asks. They hold for private targets too. */
  domains?: (() => DomainRules) | undefined;
  /** Headers that are dropped when a redirect leaves the first origin, lower-case. */
  credential_headers?: readonly string[];
  /**
   * The body of a 2xx as it comes, when it is not encoded; `body` of the result holds the same. true: that is enough, the
   * rest is neither waited for nor taken.
   */
  on_data?: (chunk: Buffer) => boolean;
  /** Called once, when the first byte of a request is about to leave on a connected socket. */
  on_left?: () => void;
  signal?: AbortSignal;
}

export type EgressFaultCode =
  | 'INVALID_PARAMS'
  | 'SSRF_BLOCKED'
  | 'DOMAIN_BLOCKED'
  | 'NETWORK_MODE_BLOCKED'
  | 'DNS_FAILED'
  | 'CONNECT_FAILED'
  | 'TLS_FAILED'
  | 'TIMEOUT'
  | 'RESET'
  | 'TOO_LARGE'
  | 'REDIRECT_REFUSED'
  | 'ABORTED';

/** An answer that led elsewhere: its status, and the address that gave it. */
export interface Redirected {
  status: number;
  url: string;
}

export type EgressResult =
  | {
      ok: true;
      status: number;
      headers: Record<string, string>;
      url: string;
      body: Buffer;
      /** What was followed before, in order; left out when nothing was. */
      redirects?: readonly Redirected[];
    }
  | {
      ok: false;
      code: EgressFaultCode;
      message: string;
      /** Whether a request may have reached the other side: decides between `retryable` and `unknown`. */
      left: boolean;
    };

/** A connection for a protocol other than HTTP, such as mail. */
export interface SocketRequest {
  /** A name or an address, without brackets or port. */
  host: string;
  port: number;
  /** TLS from the first byte. The certificate must be the host's. */
  tls: boolean;
  /** What it is for: in the network mode `readonly` only what reads is let out. */
  effect: 'read' | 'write';
  /** Until the connection stands. */
  timeout_ms: number;
  signal?: AbortSignal;
}

export type SocketResult =
  | {
      ok: true;
      /** Connected to a checked address, paused until somebody reads. Whoever asked for it ends it; closing egress destroys it. */
      socket: Socket;
    }
  | { ok: false; code: EgressFaultCode; message: string };

export interface Egress {
  request(request: EgressRequest): Promise<EgressResult>;
  close(): Promise<void>;
}

export interface SocketEgress {
  /** A socket under the same policy, checks and pins as a request. Never throws. */
  openSocket(request: SocketRequest): Promise<SocketResult>;
}
