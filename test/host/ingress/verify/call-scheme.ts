/** Calls a scheme as ingress does. */
import type { VerifyRequest } from '../../../../host/ingress/verify/scheme.ts';
import { SCHEMES } from '../../../../host/ingress/verify/schemes.ts';
import type { Verify } from '../../../../schemas/manifest.ts';

export type Part = Partial<Omit<VerifyRequest, 'body'>> & { body?: string | Buffer };

export const verify = (scheme: Verify['scheme'], secrets: string[], { body = '', ...part }: Part, options: Partial<Verify> = {}) =>
  SCHEMES[scheme].verify({ method: 'POST', url: 'https://a.example/x', headers: {}, now: 0, ...part, body: Buffer.from(body) }, secrets, {
    scheme,
    ...options,
  });
