/**
 * What one plugin may use of the bridge. The worker enforces these on the plugin; the host checks them
 * again on what arrives, where going over means that the worker's own checks were bypassed.
 * Lengths are UTF-16 units, as `string.length` counts them.
 */
export const BUDGETS = {
  calls_in_flight: 64,
  /** Calls beyond `calls_in_flight` wait inside the plugin, so that a burst of sends does not fail. */
  calls_waiting: 1024,
  timers: 256,
  timer_min_ms: 4,
  /** `setTimeout` takes at most 2^31-1 ms and fires at once above it. */
  timer_max_ms: 2_147_483_647,
  log_lines_per_second: 200,
  log_text: 4096,
  frame: 262_144,
  /** A result that spans frames; each carries so many characters of it, which quotes and back-slashes double. */
  result: 33_554_432,
  result_part: 120_000,
  frames_per_second: 5000,
  chars_per_second: 16_777_216,
  /** Each call of the host adds this to the allowance: answering traffic is no flood. */
  frames_per_call: 8,
  chars_per_call: 65_536,
  /** A plugin that was idle may work this many seconds' worth of its processor time at once. */
  cpu_burst_seconds: 60,
  /** Each call of the host adds this, in ms. */
  cpu_ms_per_call: 10,
  depth: 64,
  hash_input: 1_048_576,
  random_bytes: 1024,
  error_message: 2048,
  error_stack: 4096,
  error_code: 128,
  /** Buffers live outside the heap that `resourceLimits` watches. */
  buffer_bytes: 16_777_216,
  buffers_bytes: 67_108_864,
  /** Elements of a typed array that is made from a list: the list itself is on the heap. */
  buffer_list: 1_048_576,
} as const;
