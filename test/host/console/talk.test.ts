/** Small decisions of the views of messages, deliveries, sessions and people. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../host/console/page/api/answers.ts';
import { canDrop, canRetry } from '../../../host/console/page/views/deliveries/possible.ts';
import { createPostKey } from '../../../host/console/page/views/messages/post-key.ts';
import { reasonOf } from '../../../host/console/page/views/messages/reasons.ts';
import { statesOf } from '../../../host/console/page/views/messages/states.ts';
import { leftToDo } from '../../../host/console/page/views/people/left-to-do.ts';
import { isTyped } from '../../../host/console/page/views/people/typed.ts';
import { isMine } from '../../../host/console/page/views/sessions/holder.ts';
import { INBOUND_STATES, OUTBOUND_STATES } from '../../../schemas/message-state.ts';

it('the states that lists are narrowed by are those of the direction that is chosen', () => {
  expect(statesOf('inbound')).toEqual(INBOUND_STATES);
  expect(statesOf('outbound')).toEqual(OUTBOUND_STATES);
  expect(statesOf(undefined)).toEqual([...INBOUND_STATES, ...OUTBOUND_STATES]);
});

describe('the name of a message that is sent', () => {
  const keys = () => {
    let made = 0;
    return createPostKey(() => `key ${++made}`);
  };
  it('stays as long as the same text is tried', () => {
    const key = keys();
    expect([key.of('hello'), key.of('hello')]).toEqual(['key 1', 'key 1']);
  });
  it('is another one for another text, and after it went out', () => {
    const key = keys();
    expect([key.of('hello'), key.of('hello there')]).toEqual(['key 1', 'key 2']);
    key.used();
    expect(key.of('hello there')).toBe('key 3');
  });
});

describe('the reason of a state', () => {
  const reason = (direction: Message['direction'], code: string | null) => reasonOf({ direction, reason: code });
  it('is said in words, which depend on the direction', () => {
    expect(reason('inbound', 'TAKEN_OVER')).toBe('A person held the conversation: it was recorded, not run.');
    expect(reason('inbound', 'RATE_LIMITED')).not.toBe(reason('outbound', 'RATE_LIMITED'));
    expect(reason('inbound', 'COMMAND_HELP')).toBe('The host answered the command /help itself.');
  });
  it.each(['SOMETHING_NEW', 'constructor', '__proto__'])('that nobody wrote words for stands for itself: %s', (code) => {
    expect(reason('outbound', code)).toBe(code);
  });
  it('may be none', () => expect(reason('outbound', null)).toBeNull());
});

describe('a delivery', () => {
  const states = (may: (delivery: Pick<Message, 'direction' | 'state' | 'reason'>) => boolean, reason: string | null = null) =>
    OUTBOUND_STATES.filter((state) => may({ direction: 'outbound', state, reason }));
  it('is retried and dropped in the states that the host allows', () => {
    expect(states(canRetry)).toEqual(['unknown', 'expired', 'dead']);
    expect(states(canDrop)).toEqual(['pending', 'held', 'unknown', 'expired', 'dead']);
  });
  it('that was dropped can only be retried; one whose words were erased, neither', () => {
    expect([states(canRetry, 'DROPPED'), states(canDrop, 'DROPPED')].map((each) => each.includes('dead'))).toEqual([true, false]);
    expect([states(canRetry, 'ERASED'), states(canDrop, 'ERASED')].map((each) => each.includes('dead'))).toEqual([false, false]);
  });
  it('is none when it came in', () => {
    const inbound = { direction: 'inbound', state: 'failed', reason: null } as const;
    expect([canRetry(inbound), canDrop(inbound)]).toEqual([false, false]);
  });
});

describe('a user key that is typed again', () => {
  it.each([
    ['7', '7', true],
    [' 7 ', '7', true],
    ['a b', 'a\u202eb', true],
    ['', '7', false],
    ['77', '7', false],
    ['ADA', 'ada', false],
  ])('%j for %j: %s', (typed, key, is) => {
    expect(isTyped(typed, key)).toBe(is);
  });
});

it('a conversation is held by the token of this login, or by somebody else', () => {
  expect([isMine('token:ada', 'ada'), isMine('token:bea', 'ada'), isMine('cli:ada', 'ada')]).toEqual([true, false, false]);
});

it('what is left to do after an erasure names each folder that was not reached, first', () => {
  expect(leftToDo({ keys_backups_not_reached: ['/mnt/one'] })[0]).toContain('/mnt/one');
  expect(leftToDo({ keys_backups_not_reached: [] }).join()).not.toContain('Make a backup in');
});
