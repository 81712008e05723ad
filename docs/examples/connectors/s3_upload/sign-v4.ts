/** AWS Signature Version 4. The host computes with the secret key; what it derives stays with it, under a name. */
import { ConnectorError, type PluginContext } from 'communicationos/sdk';

export interface SignedRequest {
  method: string;
  url: URL;
  /** All that are to be signed but `host`, in lower case. */
  headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, also among the headers as S3 wants it. */
  payload_hash: string;
  /** 20260102T030405Z, also among the headers. */
  time: string;
}

export interface Signer {
  access_key_id: string;
  /** The field of `permissions.hmac`. */
  secret_field: string;
  region: string;
  service: string;
}

/** `20260102T030405Z` */
export const awsTime = (now: number): string => new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** What `encodeURIComponent` leaves as it is and AWS does not. */
export const encodeKey = (key: string): string =>
  key
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/');

const byCode = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

/** The value of the header `authorization`. The address has no query. */
export const signV4 = async ({ crypto }: PluginContext, signer: Signer, request: SignedRequest): Promise<string> => {
  if (crypto.hmac === undefined) throw new ConnectorError("The permission 'hmac' was not granted: approve it and reload.");
  const { hmac } = crypto;
  const date = request.time.slice(0, 8);
  const scope = [date, signer.region, signer.service, 'aws4_request'];
  const headers = Object.entries({ host: request.url.host, ...request.headers }).sort(byCode);
  const names = headers.map(([name]) => name).join(';');
  const lines = headers.map(([name, value]) => `${name}:${value.trim()}`);
  const canonical = [request.method, request.url.pathname, '', ...lines, '', names, request.payload_hash].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', request.time, scope.join('/'), await crypto.hash('sha256', canonical)].join('\n');

  let key = signer.secret_field;
  for (const [index, data] of scope.entries()) {
    key = await hmac({ field: key, algorithm: 'sha256', data, encoding: 'opaque', ...(index === 0 ? { key_prefix: 'AWS4' } : {}) });
  }
  const signature = await hmac({ field: key, algorithm: 'sha256', data: toSign });
  return `AWS4-HMAC-SHA256 Credential=${signer.access_key_id}/${scope.join('/')},SignedHeaders=${names},Signature=${signature}`;
};
