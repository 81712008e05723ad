/** Takes apart what a plugin's port delivers: batches into frames, each checked and counted before it is handled. */
import type { Clock } from '../lib/clock.ts';
import { BUDGETS } from './budgets.ts';
import { parseFrame } from './frame-guard.ts';
import { createTokenBucket } from './token-bucket.ts';
import type { FromPlugin } from './wire.ts';

export interface InboxDeps {
  clock: Clock;
  /** Longest message in pieces, in characters. */
  longest: number;
  /** Answers null, or what makes the frame one that our own code would not have sent. */
  handle(frame: FromPlugin): string | null;
  /** Both end the plugin. No frame is handled after them. */
  onFlood(reason: string): void;
  /** The realm's own checks were bypassed. */
  onBreach(reason: string): void;
}

/** Frames pile up while the host stands still: its limits hold this many seconds of the worker's own. */
const STALL_SECONDS = 10;

export const createInbox = ({ clock, longest, handle, onFlood, onBreach }: InboxDeps) => {
  const frames = createTokenBucket(BUDGETS.frames_per_second, BUDGETS.frames_per_second * STALL_SECONDS);
  const chars = createTokenBucket(BUDGETS.chars_per_second, BUDGETS.chars_per_second * STALL_SECONDS);

  const admit = (length: number): boolean => {
    const now = clock.monotonic();
    return frames.take(now, 1) && chars.take(now, length);
  };
  const breach = (problem: string): false => {
    onBreach(`malformed frame: ${problem}`);
    return false;
  };
  let pieces = '';
  const handleFrame = (frame: FromPlugin, length: number): boolean => {
    // Answers are as many as the host asked for; only what a plugin sends of itself can flood.
    const unasked = frame.t === 'capability' || frame.t === 'log';
    if (unasked && !admit(length)) {
      onFlood('it flooded the host with messages');
      return false;
    }
    const problem = handle(frame);
    return problem === null || breach(problem);
  };
  const takePart = ({ last, text }: Extract<FromPlugin, { t: 'part' }>): boolean => {
    // Our own code cuts where it must: whoever sends less floods.
    if (!last && text.length !== BUDGETS.part) return breach('a piece that is not whole');
    pieces += text;
    if (pieces.length > longest) return breach(`a message of more than ${longest} characters`);
    if (!last) return true;
    const whole = pieces;
    pieces = '';
    const parsed = parseFrame(whole, longest);
    if (!parsed.ok) return breach(parsed.reason);
    return parsed.frame.t === 'part' ? breach('a piece in a piece') : handleFrame(parsed.frame, whole.length);
  };
  const takeFrame = (text: string): boolean => {
    const parsed = parseFrame(text);
    if (!parsed.ok) return breach(parsed.reason);
    if (parsed.frame.t === 'part') return takePart(parsed.frame);
    return pieces === '' ? handleFrame(parsed.frame, text.length) : breach('a frame between two pieces of another');
  };
  return {
    /** A call of the host goes out: what the plugin sends to answer it is no flood. */
    credit() {
      frames.give(BUDGETS.frames_per_call);
      chars.give(BUDGETS.chars_per_call);
    },
    take(batch: unknown): void {
      if (typeof batch !== 'string') {
        breach('not a text');
        return;
      }
      for (let from = 0; from <= batch.length; ) {
        const newline = batch.indexOf('\n', from);
        const to = newline === -1 ? batch.length : newline;
        if (!takeFrame(batch.slice(from, to))) return;
        from = to + 1;
      }
    },
  };
};
