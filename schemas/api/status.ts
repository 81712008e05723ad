/** Health and status. */
import Type from 'typebox';
import { orNull, Time } from './common.ts';

const healthFields = {
  status: Type.Enum(['healthy', 'degraded', 'unhealthy'] as const),
  timestamp: Time,
  components: Type.Object({
    database: Type.Enum(['healthy', 'unhealthy'] as const),
    network_mode: Type.String(),
    channels: Type.Array(Type.String({ description: 'Ids of channels that run.' })),
  }),
};
export const HealthAnswer = Type.Object(healthFields, { title: 'Health' });
export const LiveAnswer = Type.Object({ status: Type.String() });

export const StatusAnswer = Type.Object(
  {
    ...healthFields,
    version: Type.String(),
    pid: Type.Integer(),
    address: orNull(Type.String()),
    home: Type.String(),
    uptime_seconds: Type.Integer(),
    execution_phase: Type.String(),
    policy_problem: orNull(Type.String({ description: 'Why the policy file is not the policy in force.' })),
    agent: Type.String(),
    channels: Type.Array(
      Type.Object({
        id: Type.String(),
        state: Type.String(),
        reason: orNull(Type.String()),
        in_flight: Type.Integer(),
        waiting: Type.Integer(),
        held_by: orNull(Type.String()),
      }),
    ),
    connectors: Type.Array(Type.Object({ id: Type.String(), state: Type.String(), reason: orNull(Type.String()) })),
    queues: Type.Object({
      events: Type.Array(Type.Object({ channel_id: Type.String(), waiting: Type.Integer() })),
      messages: Type.Array(
        Type.Object({ channel_id: Type.String(), direction: Type.String(), state: Type.String(), waiting: Type.Integer() }),
      ),
    }),
    lanes: Type.Unknown(),
    middleware: Type.Array(Type.Object({ step: Type.String() }), { description: 'The bus steps in order, with counts.' }),
  },
  { title: 'Status' },
);
