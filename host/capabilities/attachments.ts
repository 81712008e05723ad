/**
 * Attachments by reference: a plugin names one of the message that it is sending, and the host gets the bytes. The plugin
 * never sees them, and names no path, no address and no other message's file.
 */
import type { Limits } from '../../schemas/manifest.ts';
import type { Attachment } from '../../schemas/message.ts';
import { CapabilityError } from '../sandbox/confined.ts';

export interface FetchLimits {
  max_bytes: number;
  timeout_ms: number;
}

/** Where bytes come from. */
export interface AttachmentSource {
  /** null when this kind of attachment is not its to fetch. Rejects with a `CapabilityError`. */
  open(attachment: Attachment, limits: FetchLimits): Promise<Buffer> | null;
}

export interface AttachmentDeps {
  /** The attachments of one of this channel's outbound messages; null when there is no such message. */
  attachmentsOf(message_id: string): Promise<readonly Attachment[] | null>;
  /** Ids of the messages that this channel is sending now. */
  sending(): readonly string[];
  /** Asked in order. */
  sources: readonly AttachmentSource[];
  /** `limits.media` of the manifest. */
  media?: Limits['media'];
}

export interface LoadedAttachment {
  attachment: Attachment;
  bytes: Buffer;
}

export interface Attachments {
  /** `call_id` names the message; null when that could not be told. `left_bytes` bounds it beside its kind's limit. */
  load(named: string | number, call_id: string | null, limits: { left_bytes: number; timeout_ms: number }): Promise<LoadedAttachment>;
}

const DEFAULT_MAX_BYTES = 20 * 1024 * 1024;

const unknown = (hint: string): CapabilityError =>
  new CapabilityError('ATTACHMENT_UNKNOWN', `That is no attachment of the message that is being sent. ${hint}`);

const pick = (attachments: readonly Attachment[], named: string | number): Attachment | undefined =>
  typeof named === 'number' ? attachments[named] : attachments.find(({ ref }) => ref === named);

export const createAttachments = ({ attachmentsOf, sending, sources, media = {} }: AttachmentDeps): Attachments => {
  /** After an `await` nobody can tell which `send` asks: then a ref is looked for in all that are under way. */
  const search = async (named: string | number): Promise<Attachment> => {
    const ids = sending();
    if (typeof named === 'number' && ids.length !== 1) {
      throw unknown('Which message is meant cannot be told after an await: name it by its ref, or fetch before the first await.');
    }
    for (const id of ids) {
      const found = pick((await attachmentsOf(id)) ?? [], named);
      if (found !== undefined) return found;
    }
    throw unknown('Name it by its ref, or by its place in attachments.');
  };
  const find = async (named: string | number, call_id: string | null): Promise<Attachment> => {
    if (call_id === null) return search(named);
    const found = pick((await attachmentsOf(call_id)) ?? [], named);
    if (found === undefined) throw unknown('Name it by its ref, or by its place in attachments.');
    return found;
  };
  const open = (attachment: Attachment, limits: FetchLimits): Promise<Buffer> => {
    for (const source of sources) {
      const bytes = source.open(attachment, limits);
      if (bytes !== null) return bytes;
    }
    throw new CapabilityError('ATTACHMENT_UNAVAILABLE', 'The attachment has no url, and nothing here knows its ref.');
  };

  return {
    async load(named, call_id, { left_bytes, timeout_ms }) {
      const attachment = await find(named, call_id);
      const own = Object.hasOwn(media, attachment.type) ? media[attachment.type]?.max_bytes : undefined;
      const max_bytes = Math.min(own ?? DEFAULT_MAX_BYTES, left_bytes);
      const bytes = await open(attachment, { max_bytes, timeout_ms });
      if (bytes.length > max_bytes) throw new CapabilityError('TOO_LARGE', `The attachment is larger than ${max_bytes} bytes.`);
      return { attachment, bytes };
    },
  };
};
