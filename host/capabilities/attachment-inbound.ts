/** Attachments whose `ref` is the id of a file that somebody sent: the host gets the bytes from the channel it came by. */
import { CapabilityError } from '../sandbox/confined.ts';
import type { AttachmentSource, FetchLimits } from './attachments.ts';

/** `ok: false` says why there are no bytes. */
export type OpenedBytes = { ok: true; bytes: Buffer } | { ok: false; code: string; message: string };

export interface InboundSourceDeps {
  isId(ref: string): boolean;
  open(id: string, limits: FetchLimits): Promise<OpenedBytes>;
}

export const createInboundSource = ({ isId, open }: InboundSourceDeps): AttachmentSource => ({
  open({ ref }, limits) {
    if (!ref || !isId(ref)) return null;
    return open(ref, limits).then((opened) => {
      if (opened.ok) return opened.bytes;
      throw new CapabilityError(opened.code, opened.message);
    });
  },
});
