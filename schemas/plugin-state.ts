/** What a plugin of either kind can be doing. */
export const PLUGIN_STATES = [
  'running',
  'degraded',
  'starting',
  'quarantined',
  'needs_approval',
  'needs_config',
  'invalid',
  'disabled',
] as const;
export type PluginState = (typeof PLUGIN_STATES)[number];
