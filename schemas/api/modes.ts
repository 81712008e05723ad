/** Network mode and execution phase as the API shows and takes them. */
import Type from 'typebox';
import { closed, orNull, Time } from './common.ts';

const Word = Type.String({ minLength: 1, maxLength: 64 });
const Reason = Type.Optional(orNull(Type.String({ maxLength: 1000, description: 'For the audit trail.' })));
const Mode = Type.Enum(['on', 'readonly', 'off'] as const);
const Phase = Type.Enum(['planning', 'execution'] as const);
const since = { updated_at: Time, updated_by: Type.String() };
const outcome = { changed: Type.Boolean({ description: 'False when it held already.' }), timestamp: Time };

export const ModeBody = Type.Object({ mode: Word, reason: Reason }, closed);
export const PhaseBody = Type.Object({ phase: Word, reason: Reason }, closed);

export const ModeAnswer = Type.Object({ mode: Mode, ...since }, { title: 'NetworkMode' });
export const PhaseAnswer = Type.Object({ phase: Phase, ...since }, { title: 'Phase' });
export const ModeChangeAnswer = Type.Object({ previous_mode: Mode, new_mode: Mode, ...outcome }, { title: 'NetworkModeChange' });
export const PhaseChangeAnswer = Type.Object({ previous_phase: Phase, new_phase: Phase, ...outcome }, { title: 'PhaseChange' });

/** The change waits for an admin. */
export const WaitingAnswer = Type.Object({ approval_id: Type.String(), expires_at: Time }, { title: 'Waiting' });
