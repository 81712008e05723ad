/** What a plugin is doing, why, and what mends it: shown wherever plugins are shown. */
import type { PluginState } from '../../schemas/plugin-state.ts';

export type { PluginState };

export interface PluginStatus {
  state: PluginState;
  reason: string | null;
  fix: string | null;
}

/** States in which a worker exists and deliveries go out. */
export const SENDS: ReadonlySet<PluginState> = new Set(['running']);

/** What a webhook gets: `take` verifies, records and acknowledges; `later` is 503 with Retry-After; `none` is 404. */
export const webhookIn = (state: PluginState, has_run: boolean): 'take' | 'later' | 'none' => {
  if (state === 'disabled') return 'none';
  if (state === 'needs_config' || state === 'needs_approval' || state === 'invalid') return has_run ? 'take' : 'later';
  return 'take';
};
