/** Opens sockets to checked addresses only. The name is kept for SNI, the certificate check and the Host header. */
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

/** A connection that never came about. Nothing of a request can have left. */
export class ConnectError extends Error {
  readonly code: 'CONNECT_FAILED' | 'TLS_FAILED';
  constructor(code: 'CONNECT_FAILED' | 'TLS_FAILED') {
    super(code);
    this.name = 'ConnectError';
    this.code = code;
  }
}

/** Authorities to trust instead of the system's, PEM. */
export interface TlsOptions {
  ca?: string | undefined;
}

/** Below TLS the kernel answers with an errno; everything else that OpenSSL or the certificate check says is TLS. */
export const isBelowTls = (error: Error & { code?: string }): boolean =>
  /^(ECONN|EHOST|ENET|EADDR|ETIMEDOUT|EPIPE|EACCES|EPERM|EMFILE|ENFILE|EINVAL|UND_ERR_CONNECT_TIMEOUT)/.test(error.code ?? '');

const toConnectError = (error: Error): ConnectError => new ConnectError(isBelowTls(error) ? 'CONNECT_FAILED' : 'TLS_FAILED');

/**
 * Tries the addresses in turn, beginning with the one that worked last. undici is told of our own error
 * only: on `ERR_TLS_CERT_ALTNAME_INVALID` it takes another path, which leaves its queue waiting.
 */
export const createPinnedConnector = (addresses: readonly string[], timeoutMs: number, tls: TlsOptions): buildConnector.connector => {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    // Said here, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot unsay it.
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  });
  let preferred = 0;
  return (options, callback) => {
    const attempt = (tried: number) => {
      const index = (preferred + tried) % addresses.length;
      connect({ ...options, hostname: addresses[index] as string }, (error: Error | null, socket: Socket | null) => {
        if (error === null && socket !== null) {
          preferred = index;
          callback(null, socket);
          return;
        }
        const failure = toConnectError(error ?? new Error('no socket'));
        if (failure.code === 'CONNECT_FAILED' && tried + 1 < addresses.length) attempt(tried + 1);
        else callback(failure, null);
      });
    };
    attempt(0);
  };
};
