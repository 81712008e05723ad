/** What the answers and questions of the API share. */
import Type from 'typebox';

export const closed = { additionalProperties: false } as const;
export const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** ISO 8601, UTC. */
export const Time = Type.String({ format: 'date-time' });
export const Id = Type.String({ minLength: 1, maxLength: 255 });
export const ById = Type.Object({ id: Id }, closed);

/** Keyset pages: `cursor` is the `next_cursor` of the page before. */
export const PageQuery = {
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'The next_cursor of the page before.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
};

export const page = <T extends Type.TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next_cursor: orNull(Type.String({ description: 'Null at the end.' })) });

/** Every refusal: RFC 9457. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong.' }),
    code: Type.String({ description: 'One of the codes of docs/api.md.' }),
    hint: Type.String({ description: 'How to mend it.' }),
  },
  { title: 'Problem' },
);
