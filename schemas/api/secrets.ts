/** Secrets and the host key, without any value. */
import Type from 'typebox';
import { closed, orNull } from './common.ts';

const Texts = Type.Array(Type.String());

export const SecretAnswer = Type.Object({ name: Type.String(), has_value: Type.Boolean(), source: Type.String() }, { title: 'Secret' });
export const RotateBody = Type.Object(
  { new_key: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: '32 bytes, base64.' })) },
  { ...closed, title: 'Rotate' },
);
export const RotationAnswer = Type.Object(
  {
    key_id: Type.String(),
    former_key_id: Type.String(),
    keys_wrapped: Type.Integer(),
    configurations_sealed: Type.Integer(),
    stored_values_sealed: Type.Integer({ description: 'What plugins keep.' }),
    approvals_sealed: Type.Integer(),
    evidence_sealed: Type.Integer(),
    keys_backups: Texts,
    keys_backups_not_reached: Texts,
    next_step: orNull(Type.String({ description: 'What is left to be done by hand.' })),
  },
  { title: 'Rotation' },
);
