import type { Manifest } from '../../../schemas/manifest.ts';
import { type Check, type CheckContext, error, type Finding, warning } from './check.ts';

const SCHEME_HINT =
  'Add "webhook": {"verify": {"scheme": "hmac", "secret": "<a secret field>"}}, with the scheme of the platform. Unsigned deliveries need the scheme "none" and an explicit grant.';

const missingVerify = ({ builtin, own }: CheckContext): Finding =>
  builtin?.webhook?.verify !== undefined && own.webhook !== undefined
    ? error(
        '/webhook',
        'This section replaces that of the built-in plugin, and has no "verify".',
        `Leave "webhook" out, or add "verify": ${JSON.stringify(builtin.webhook.verify)}.`,
      )
    : error('/webhook_url', 'Nothing says how a delivery to this path proves who sent it.', SCHEME_HINT);

const checkHeaders = ({ webhook }: Manifest): Finding[] =>
  (webhook?.headers ?? []).flatMap((name, index) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name)
      ? []
      : [error(`/webhook/headers/${index}`, `${JSON.stringify(name)} is no name of a header.`, 'Write the name alone: "x-request-id".')],
  );

export const webhook: Check = {
  id: 'webhook',
  check: (manifest, context) => {
    const { webhook_url, webhook: section } = manifest;
    if (webhook_url === undefined) {
      return context.own.webhook === undefined
        ? []
        : [warning('/webhook', 'Without a webhook_url this section has no effect.', `Add "webhook_url": "/webhooks/${manifest.id}".`)];
    }
    const findings = checkHeaders(manifest);
    if (section?.verify === undefined) findings.push(missingVerify(context));
    if (section?.challenge === 'hub_challenge' && section.methods !== undefined && !section.methods.includes('GET')) {
      findings.push(error('/webhook/methods', 'The challenge "hub_challenge" is asked by GET.', 'Add "GET" to the methods.'));
    }
    return findings;
  },
};
