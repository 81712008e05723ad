/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
import { createHmac } from 'node:crypto';
import { equalText } from './constant-time.ts';
import { headerOf, isFresh, usableSecrets, type VerifyScheme } from './scheme.ts';

export const verifySlackV0: VerifyScheme = (request, secrets, options) => {
  const signature = headerOf(request, 'x-slack-signature');
  const timestamp = headerOf(request, 'x-slack-request-timestamp');
  if (signature === undefined || timestamp === undefined) return 'missing';
  if (!isFresh(timestamp, request.now, options)) return false;
  return usableSecrets(secrets).some((secret) => {
    const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(request.body).digest('hex');
    return equalText(signature, `v0=${digest}`);
  });
};
