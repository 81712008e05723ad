/** Messages in pieces: what our own code in the realm would not have sent ends the plugin. */
import { describe, expect, it } from 'vitest';
import { createInbox } from '../../../host/sandbox/inbox.ts';
import type { FromPlugin } from '../../../host/sandbox/wire.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const open = (longest = 1_000_000) => {
  const handled: FromPlugin[] = [];
  const breaches: string[] = [];
  const inbox = createInbox({
    clock: createFakeClock(),
    longest,
    handle: (frame) => {
      handled.push(frame);
      return null;
    },
    onFlood: (reason) => breaches.push(reason),
    onBreach: (reason) => breaches.push(reason),
  });
  return { handled, breaches, take: (...frames: object[]) => inbox.take(frames.map((frame) => JSON.stringify(frame)).join('\n')) };
};
const value = (text: string) => JSON.stringify({ t: 'value', id: 1, value: text });
const piece = (text: string, last = false) => ({ t: 'part', last, text });

describe('a message in pieces', () => {
  it('is handled once, when its last piece is there, over several batches', () => {
    const { handled, breaches, take } = open();
    const whole = value('x'.repeat(150_000));
    take(piece(whole.slice(0, 100_000)));
    expect(handled).toEqual([]);
    take(piece(whole.slice(100_000), true), { t: 'value', id: 2, value: null });
    expect(handled).toEqual([JSON.parse(whole), { t: 'value', id: 2, value: null }]);
    expect(breaches).toEqual([]);
  });

  it.each<[string, (plugin: ReturnType<typeof open>) => void]>([
    ['is longer than it may be', ({ take }) => take(piece('x'.repeat(100_000)), piece('x'.repeat(90_000), true))],
    ['never ends and grows over the limit', ({ take }) => take(...Array.from({ length: 3 }, () => piece('x'.repeat(100_000))))],
    ['has another frame between its pieces', ({ take }) => take(piece('x'.repeat(100_000)), { t: 'value', id: 1, value: 1 })],
    ['is no JSON', ({ take }) => take(piece('{', true))],
    ['is of no kind', ({ take }) => take(piece('{"t":"x"}', true))],
    ['is a piece itself', ({ take }) => take(piece(JSON.stringify(piece('{}', true)), true))],
    ['has pieces of nothing', ({ take }) => take(piece(''))],
    ['is cut smaller than it has to be', ({ take }) => take(piece('x'.repeat(99_999)))],
    ['has a piece that is too long', ({ take }) => take(piece('x'.repeat(100_001)))],
    ['has a piece that is no text', ({ take }) => take({ t: 'part', last: false, text: 5 })],
  ])('that %s ends the plugin', (_, send) => {
    const plugin = open(120_000);
    send(plugin);
    expect(plugin.breaches).toEqual([expect.stringContaining('malformed frame')]);
    expect(plugin.handled).toEqual([]);
  });
});
