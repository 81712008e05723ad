/** What leaves the realm: frames to the host, under the plugin's budgets, one batch per event-loop turn. */
import { BUDGETS } from '../budgets.ts';
import { createFrameBatch } from '../frame-batch.ts';
import { createTokenBucket } from '../token-bucket.ts';
import type { Power } from './powers.ts';

export interface ShimDeps {
  post(batch: string): void;
  schedule(flush: () => void): void;
  monotonic(): number;
}

export const createShim = ({ post, schedule, monotonic }: ShimDeps) => {
  const push = createFrameBatch(post, schedule);
  const frames = createTokenBucket(BUDGETS.frames_per_second, BUDGETS.frames_per_second);
  const chars = createTokenBucket(BUDGETS.chars_per_second, BUDGETS.chars_per_second);
  const lines = createTokenBucket(BUDGETS.log_lines_per_second, BUDGETS.log_lines_per_second);
  let dropped = 0;

  const isFrame = (frame: unknown): frame is string => typeof frame === 'string' && frame.length <= BUDGETS.long_frame;
  /** Its pieces stand side by side: nothing else is pushed before the last. */
  const pushWhole = (frame: string) => {
    if (frame.length <= BUDGETS.frame) return push(frame);
    for (let from = 0; from < frame.length; from += BUDGETS.part) {
      const text = frame.slice(from, from + BUDGETS.part);
      push(`{"t":"part","last":${from + BUDGETS.part >= frame.length},"text":${JSON.stringify(text)}}`);
    }
  };
  const admit = (frame: string, now: number) => frames.take(now, 1) && chars.take(now, frame.length);
  const powers: Record<string, Power> = {
    /** An answer to a call of the host: as many as it asked for, so not limited. */
    answer(frame) {
      if (!isFrame(frame)) return false;
      pushWhole(frame);
      return true;
    },
    /** A message of the plugin's own making. False when it goes over the limits. */
    send: (frame) => {
      if (!isFrame(frame) || !admit(frame, monotonic())) return false;
      pushWhole(frame);
      return true;
    },
    log(frame) {
      const now = monotonic();
      if (!isFrame(frame) || !lines.take(now, 1) || !admit(frame, now)) {
        dropped++;
        return false;
      }
      if (dropped > 0) {
        const message = `${dropped} log lines were dropped: at most ${BUDGETS.log_lines_per_second} a second`;
        dropped = 0;
        push(`{"t":"log","level":"warn","message":"${message}","fields":null}`);
      }
      push(frame);
      return true;
    },
    monotonic,
  };
  /** A call of the host came in: what is sent to answer it is no flood. */
  const credit = () => {
    frames.give(BUDGETS.frames_per_call);
    chars.give(BUDGETS.chars_per_call);
  };
  return { powers, credit };
};
