/** Whether a request comes from this machine. */
export interface Connection {
  /** The `Host` header. */
  host: string | undefined;
  /** The other end of the connection. */
  remote_address: string | undefined;
  /** A proxy's mark (`Forwarded`, `Via`, `X-Forwarded-*`, `X-Real-IP`) is on the request. */
  forwarded: boolean;
}

export const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/;
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

export const isForwarded = (headers: Readonly<Record<string, unknown>>): boolean =>
  PROXY_HEADERS.some((name) => headers[name] !== undefined);

/** On this machine and nowhere in between. A proxy may rewrite Host to `127.0.0.1`, so its marks count as well. */
export const isLocal = ({ host, remote_address, forwarded }: Connection): boolean =>
  LOOPBACK_HOST.test(host ?? '') && LOOPBACK_ADDRESS.test(remote_address ?? '') && !forwarded;
