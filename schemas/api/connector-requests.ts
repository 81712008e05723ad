/** Requests to connectors and their evidence as the API takes and shows them. */
import Type from 'typebox';
import { closed, Id, orNull, Time } from './common.ts';
import { EVIDENCE_STATES } from './evidence-state.ts';

const NullText = orNull(Type.String());
const NullTime = orNull(Time);
const Json = Type.Unknown({ description: 'JSON.' });
const Name = Type.String({ minLength: 1, maxLength: 255 });

export const ExecuteBody = Type.Object(
  {
    operation: Name,
    params: Type.Optional(Type.Object({}, { additionalProperties: true, description: "By the operation's schema; {} when left out." })),
    session_id: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 64, description: 'The conversation that it is for.' }))),
    approval_id: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 64, description: 'The consent to exactly this request.' }))),
  },
  { ...closed, title: 'ConnectorRequest' },
);

export const ExecuteHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Names the request: sent again with the same key it is answered as before, and nothing is carried out twice.',
    }),
  ),
});

const RequestError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  hint: Type.String(),
  approval_id: Type.Optional(Type.String({ description: 'With APPROVAL_REQUIRED: what a person has to approve.' })),
  retry_after_ms: Type.Optional(Type.Integer({ description: 'With RATE_LIMITED.' })),
});

const Provenance = Type.Object({
  untrusted: Type.Literal(true),
  source: Type.String({ description: 'The address it was fetched from, else connector:<id>.' }),
  trust_tier: Type.Enum(['search_result', 'external_source', 'primary_source', 'authoritative'] as const),
});

export const ExecuteAnswer = Type.Object(
  {
    request_id: Type.String(),
    status: Type.Enum(['success', 'failed', 'denied', 'rate_limited', 'requires_approval', 'timeout'] as const),
    data: Json,
    error: orNull(RequestError),
    evidence_id: Type.String(),
    provenance: orNull(Provenance),
  },
  { title: 'ConnectorResponse' },
);

export const EvidenceAnswer = Type.Object(
  {
    id: Id,
    seq: Type.Integer(),
    request_id: Type.String(),
    connector_type: NullText,
    operation: NullText,
    effect: orNull(Type.Enum(['read', 'write'] as const)),
    params: Json,
    caller: Type.Object({ kind: Type.String(), actor: Type.String() }),
    session_id: NullText,
    channel_id: NullText,
    user_key: NullText,
    message_id: orNull(Type.String({ description: 'The inbound message whose run asked.' })),
    approval_id: NullText,
    state: Type.Enum(EVIDENCE_STATES),
    rule: orNull(Type.String({ description: 'What decided.' })),
    code: NullText,
    data: Json,
    error: orNull(RequestError),
    provenance: orNull(Provenance),
    request_hash: Type.String({ description: 'SHA-256 of the request, hex.' }),
    result_hash: orNull(Type.String({ description: 'SHA-256 of the answer, hex.' })),
    requested_at: Time,
    started_at: NullTime,
    finished_at: NullTime,
  },
  { title: 'Evidence' },
);
