/**
 * What host and runner say to each other beside the plugin's own frames. The runner's main thread is ours, but who
 * broke out of a realm might write to its pipes: the host believes nothing of it unchecked.
 */
import type { SelfTestTask } from '../worker/self-test.ts';

/** Inherited file descriptors of a runner. Node's own `ipc` channel is slower and hands the child the host's parser. */
export const FD = { data: 3, control: 4, setup: 5 } as const;

/** The first line on `setup`; SES's compiled code follows it, to the end. */
export interface Setup {
  execArgv: string[];
  heap_mb: number;
  /** The resident memory of the whole process at which the runner ends itself. */
  rss_mb: number;
  /** Asked of the first runner only: its answer is one line on `data`, before its worker gets ready. */
  self_test: SelfTestTask | null;
}

/** The answer to `Setup.self_test`. */
export interface SelfTestLine {
  problems: unknown;
  /** base64 */
  ses_cache: string;
}

export type ControlMessage =
  /** `beat` and `busy_ms` as `PluginPort` tells them. */
  | { t: 'beat'; beat: number; busy_ms: number }
  | { t: 'output'; text: string }
  /** Why the runner ends itself. */
  | { t: 'end'; reason: string };

export const CONTROL_LINE_MAX = 65_536;

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** Null when the runner's own code would not have sent it. */
export const parseControl = (line: string): ControlMessage | null => {
  let message: Partial<Record<'t' | 'beat' | 'busy_ms' | 'text' | 'reason', unknown>>;
  try {
    message = JSON.parse(line) ?? {};
  } catch {
    return null;
  }
  const { t, beat, busy_ms, text, reason } = message;
  if (t === 'beat' && isCount(beat) && isCount(busy_ms)) return { t, beat, busy_ms };
  if (t === 'output' && typeof text === 'string') return { t, text };
  if (t === 'end' && typeof reason === 'string') return { t, reason: reason.slice(0, 200) };
  return null;
};
