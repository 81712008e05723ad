/** One approved generation of a channel as a worker is made of it: the powers of a plugin, and those of a channel. */
import type { Attachment } from '../../schemas/message.ts';
import { createUrlSource } from '../capabilities/attachment-url.ts';
import { type AttachmentSource, createAttachments } from '../capabilities/attachments.ts';
import { createDownload } from '../capabilities/download.ts';
import { createEmitCapability } from '../capabilities/emit.ts';
import type { RequestTracker } from '../capabilities/request-tracker.ts';
import type { Generation } from '../registry/generation.ts';
import { createPowers, type PowersDeps, type Ready } from './plugin-powers.ts';

export interface GenerationDeps extends PowersDeps {
  public_url: string | null;
  /** Records a raw event of the channel; resolves after its commit. */
  record(channel_id: string, event_id: string, body: string): Promise<unknown>;
  /** Of one of the channel's outbound messages; null when it has no such message. */
  attachmentsOf(channel_id: string, message_id: string): Promise<readonly Attachment[] | null>;
  /** What people sent, by its id. */
  inbound: AttachmentSource;
}

/** Throws when the values do not make a grant; the message is for the operator. */
export const createGeneration = (deps: GenerationDeps, evaluated: Ready, tracker: RequestTracker): Generation => {
  const { id, manifest } = evaluated.source;
  const attachments = createAttachments({
    attachmentsOf: (message_id) => deps.attachmentsOf(id, message_id),
    sending: () => tracker.sending(),
    sources: [deps.inbound, createUrlSource(deps.egress)],
    media: manifest?.limits?.media,
  });
  const { generation, grants, placeholders } = createPowers(deps, evaluated, { storage_name: id, tracker, attachments });
  return {
    ...generation,
    webhook_url: deps.public_url !== null && manifest?.webhook_url ? deps.public_url + manifest.webhook_url : undefined,
    handlers: { ...generation.handlers, emit: createEmitCapability((event_id, body) => deps.record(id, event_id, body)) },
    download: createDownload({ egress: deps.egress, grants, placeholders }),
  };
};
