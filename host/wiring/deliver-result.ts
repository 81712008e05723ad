/** The result of an approved request as a message of the host's own: it goes into the lane of its conversation and starts a run. */
import type { InboundMessage } from '../../schemas/message.ts';
import type { Delivered, Delivery } from '../connectors/runs.ts';
import { shownSource } from '../connectors/shown-source.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import type { NewId } from '../lib/ids.ts';

export interface DeliverResultDeps {
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  /** A message is on its way to the database that its lane reads from there; is told its `seq` after the commit. */
  announce(): (seq: number | undefined) => void;
}

/** With the frame around it, still a message of ordinary length. */
const MOST_CHARACTERS = 9_000;

/** What came from outside stands between marks that it could not know. */
const textOf = ({ approval_id, request, response }: Delivered): string => {
  const { status, data, error, provenance, evidence_id } = response;
  const what = `The request ${request.connector_type}.${request.operation}, approved with ${approval_id}, ended: ${status}. Evidence ${evidence_id}.`;
  if (error !== null) return `${what}\n${error.code}: ${error.message}`;
  const text = JSON.stringify(data);
  const shown =
    text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} (cut; GET /api/evidence/${evidence_id} has all of it)` : text;
  const from = `untrusted content from ${shownSource(provenance?.source ?? '', request.connector_type)} (${provenance?.trust_tier})`;
  return `${what}\n[begin ${evidence_id}: ${from}]\n${shown}\n[end ${evidence_id}]`;
};

export const createDeliverResult =
  ({ ledger, clock, newId, announce }: DeliverResultDeps) =>
  async (delivered: Delivered): Promise<Delivery | null> => {
    const { caller, approval_id, response } = delivered;
    const [asked] = caller.message_id
      ? [await ledger.messageById(caller.message_id)]
      : await ledger.listMessages({ session_id: caller.session_id ?? '', direction: 'inbound', limit: 1 });
    // Erased or gone: there is no conversation any more that it could go to.
    if (asked?.direction !== 'inbound' || asked.conversation_key === '') return null;
    const message: InboundMessage = {
      id: newId(),
      event_id: '',
      channel_id: asked.channel_id,
      message_id: `system:${response.evidence_id}`,
      type: 'system',
      text: textOf(delivered),
      user_key: asked.user_key,
      user_name: null,
      user_is_bot: false,
      conversation_key: asked.conversation_key,
      conversation_type: asked.conversation_type as InboundMessage['conversation_type'],
      thread_key: asked.thread_key,
      session_id: caller.session_id ?? null,
      reply_to_message_id: asked.message_id,
      mentions_bot: true,
      attachments: [],
      location: null,
      action: null,
      album_key: null,
      timestamp: isoTime(clock.now()),
      received_at: isoTime(clock.now()),
      metadata: { approval_id, evidence_id: response.evidence_id, status: response.status, ...delivered.request },
    };
    const row = ledger.inboundRow(message, '', clock.now(), {
      state: 'received',
      reason: null,
      person_id: asked.person_id,
      session_id: caller.session_id ?? null,
      dispatched_at: null,
      finished_at: null,
    });
    const tell = announce();
    return { unit: { messages: [{ ...row, event_id: null, requires_event: null }] }, done: (result) => tell(result?.messages.get(row.id)) };
  };
