/** A state in one word; its colour says only what the word says too. */
export type Tone = 'good' | 'quiet' | 'warn' | 'bad';

const TONES: Readonly<Record<string, Tone>> = {
  // plugins
  running: 'good',
  starting: 'quiet',
  degraded: 'warn',
  quarantined: 'bad',
  needs_approval: 'warn',
  needs_config: 'warn',
  invalid: 'bad',
  disabled: 'quiet',
  // messages and deliveries
  answered: 'good',
  sent: 'good',
  delivered: 'good',
  read: 'good',
  rejected: 'warn',
  held: 'warn',
  expired: 'warn',
  unknown: 'warn',
  failed: 'bad',
  dead: 'bad',
  // approvals, evidence
  approved: 'good',
  used: 'good',
  success: 'good',
  requires_approval: 'warn',
  denied: 'bad',
  rate_limited: 'warn',
  timeout: 'bad',
  // the host
  healthy: 'good',
  unhealthy: 'bad',
  on: 'good',
  execution: 'good',
  readonly: 'warn',
  planning: 'warn',
  off: 'bad',
};

/** Waits for somebody or something: not wrong, not done. */
const WAITS: Tone = 'quiet';

export const toneOf = (state: string): Tone => TONES[state] ?? WAITS;

export const Badge = ({ state, tone }: { state: string; tone?: Tone }) => (
  <span class={`badge badge-${tone ?? toneOf(state)}`}>{state.replaceAll('_', ' ')}</span>
);
