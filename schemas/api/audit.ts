/** The audit trail as the API shows it. */
import Type from 'typebox';
import { closed, orNull, PageQuery } from './common.ts';

const word = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength }));
const NullText = orNull(Type.String());
const NullNumber = orNull(Type.Integer());

export const AuditQuery = Type.Object(
  {
    ...PageQuery,
    after: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,15}$', description: 'Oldest first, after this one; 0 begins with the oldest. Not with cursor.' }),
    ),
    action: word(100),
    actor: word(255),
    subject: word(255),
    person_id: word(64),
    channel_id: word(64),
    from: word(40),
    to: word(40),
  },
  closed,
);

/** The table may have been written past the host: then `at` is what stands there. */
export const AuditEntryAnswer = Type.Object(
  {
    seq: Type.Integer(),
    chain_id: Type.String(),
    commit_seq: Type.Integer(),
    at: Type.String({ description: 'ISO 8601, UTC.' }),
    actor: Type.String(),
    action: Type.String(),
    person_id: NullText,
    subject: NullText,
    decision: NullText,
    detail: Type.Unknown(),
  },
  { title: 'AuditEntry' },
);

const Broken = Type.Object(
  {
    chain_id: Type.String(),
    commit_seq: Type.Integer(),
    what: Type.String(),
    row: orNull(Type.Object({ seq: NullNumber, position: Type.Integer() })),
    message: Type.String(),
  },
  { title: 'BrokenTrail' },
);

export const VerdictAnswer = Type.Object(
  {
    ok: Type.Boolean(),
    broken: orNull(Broken),
    head_faults: Type.Array(Type.Object({ file: Type.String(), line: Type.Integer(), what: Type.String(), message: Type.String() })),
    chains: Type.Array(
      Type.Object({
        chain_id: Type.String(),
        from_seq: NullNumber,
        to_seq: NullNumber,
        commits: Type.Integer(),
        rows: Type.Integer(),
        cut: orNull(Type.Object({ seq: Type.Integer(), at: Type.String() })),
        signed_seq: NullNumber,
        broken: orNull(Broken),
      }),
    ),
    commits: Type.Integer(),
    rows: Type.Integer(),
    heads: Type.Integer({ description: 'Signed heads that were compared. None: an end that was cut off could not be seen.' }),
    took_ms: Type.Number(),
  },
  { title: 'AuditVerdict' },
);
