import { createHmac } from 'node:crypto';
import { equalText } from './constant-time.ts';
import { headerOf, usableSecrets, type VerifyScheme } from './scheme.ts';

/**
 * Meta's and GitHub's X-Hub-Signature-256. The older SHA-1 header beside it is never looked at:
 * accepting it would make the weaker one the one to forge.
 */
export const verifyHubSha256: VerifyScheme = (request, secrets) => {
  const signature = headerOf(request, 'x-hub-signature-256');
  if (signature === undefined) return 'missing';
  return usableSecrets(secrets).some((secret) =>
    equalText(signature, `sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`),
  );
};
