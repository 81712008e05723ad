/**
 * Attachments that have a `url`: a GET through egress, with its address guard, to that origin only, without any credential.
 * It is no request of the plugin: no grant is needed for it, and no delivery counts it.
 */
import type { Egress } from '../egress/egress.ts';
import { CapabilityError } from '../sandbox/confined.ts';
import type { AttachmentSource, FetchLimits } from './attachments.ts';

const unavailable = (message: string): CapabilityError => new CapabilityError('ATTACHMENT_UNAVAILABLE', message);

const download = async (egress: Egress, url: string, { max_bytes, timeout_ms }: FetchLimits): Promise<Buffer> => {
  if (!URL.canParse(url)) throw unavailable('The url of the attachment cannot be parsed.');
  const { origin, href } = new URL(url);
  const result = await egress.request({
    url: href,
    method: 'GET',
    headers: {},
    timeout_ms,
    max_response_bytes: max_bytes,
    redirect_origins: [origin],
  });
  if (!result.ok) throw new CapabilityError(result.code, `The attachment cannot be fetched: ${result.message}`);
  if (result.status < 200 || result.status > 299) throw unavailable(`The attachment cannot be fetched: its url answered ${result.status}.`);
  return result.body;
};

export const createUrlSource = (egress: Egress): AttachmentSource => ({
  open: (attachment, limits) => (attachment.url ? download(egress, attachment.url, limits) : null),
});
