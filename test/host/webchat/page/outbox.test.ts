import { expect, it, vi } from 'vitest';
import type { Result } from '../../../../host/webchat/page/chat-api.ts';
import { createOutbox } from '../../../../host/webchat/page/outbox.ts';
import type { SessionMemory } from '../../../../host/webchat/page/session-memory.ts';

const DONE: Result<null> = { kind: 'done', value: null };
const SILENCE: Result<null> = { kind: 'unreachable', retry_after_ms: null };

const createMemory = (): SessionMemory => {
  const slots = new Map<string, string>();
  return { read: (name) => slots.get(name) || null, write: (name, value) => void slots.set(name, value) };
};

/** An outbox whose server answers from `answers`, and says yes after the last. */
const setUp = (answers: Result<null>[] = [], memory = createMemory()) => {
  const posts: string[] = [];
  const waits: number[] = [];
  const onStranger = vi.fn();
  let ids = 0;
  const outbox = createOutbox({
    async post({ client_message_id, text }) {
      posts.push(`${client_message_id} ${text}`);
      return answers.shift() ?? DONE;
    },
    memory,
    now: () => 0,
    newId: () => `id${++ids}`,
    wait: async (ms) => void waits.push(ms),
    onChange: () => {},
    onStranger,
  });
  const settled = () => vi.waitFor(() => expect(outbox.list().some(({ status }) => status === 'sending')).toBe(false), { interval: 1 });
  return { outbox, posts, waits, memory, onStranger, settled, states: () => outbox.list().map(({ status }) => status) };
};

it('a message whose acknowledgement got lost is sent again under the same id', async () => {
  const { outbox, posts, settled, states } = setUp([SILENCE]);
  outbox.add('hello');
  await settled();
  expect(posts).toEqual(['id1 hello', 'id1 hello']);
  expect(states()).toEqual(['sent']);
});

it('messages leave one after the other, in the order they were written', async () => {
  const { outbox, posts, settled } = setUp([SILENCE]);
  outbox.add('one');
  outbox.add('two');
  await settled();
  expect(posts).toEqual(['id1 one', 'id1 one', 'id2 two']);
});

it('without a server all that wait fail, and go out when it is back', async () => {
  const { outbox, posts, settled, states } = setUp([SILENCE, SILENCE, SILENCE]);
  outbox.add('one');
  outbox.add('two');
  await settled();
  expect(states()).toEqual(['failed', 'failed']);
  expect(posts).toHaveLength(3);
  outbox.retryAll();
  await settled();
  expect(states()).toEqual(['sent', 'sent']);
  expect(posts.slice(3)).toEqual(['id1 one', 'id2 two']);
});

it('a refused message says why, holds up nobody, and is not sent again unasked', async () => {
  const { outbox, posts, settled, states } = setUp([{ kind: 'refused', reason: 'Too long.' }]);
  outbox.add('one');
  outbox.add('two');
  await settled();
  expect(outbox.list()[0]).toMatchObject({ status: 'failed', reason: 'Too long.' });
  expect(states()).toEqual(['failed', 'sent']);
  outbox.retryAll();
  expect(posts).toEqual(['id1 one', 'id2 two']);
  outbox.retry('id1');
  await settled();
  expect(states()).toEqual(['sent', 'sent']);
});

it('the server says how long to wait', async () => {
  const { outbox, waits, settled } = setUp([{ kind: 'unreachable', retry_after_ms: 7000 }]);
  outbox.add('one');
  await settled();
  expect(waits).toEqual([7000]);
});

it('what was not acknowledged outlives a reload, with its id', async () => {
  const first = setUp([SILENCE, SILENCE, SILENCE]);
  first.outbox.add('one');
  await first.settled();
  const second = setUp([], first.memory);
  second.outbox.retryAll();
  await second.settled();
  expect(second.posts).toEqual(['id1 one']);
});

it('what was acknowledged, shown or removed is not sent by a reload', async () => {
  const { outbox, memory, settled } = setUp([{ kind: 'refused', reason: 'No.' }]);
  outbox.add('one');
  outbox.add('two');
  await settled();
  outbox.remove('id1');
  outbox.settle(new Set(['id2']));
  expect(outbox.list()).toEqual([]);
  expect(setUp([], memory).outbox.list()).toEqual([]);
});

it('a browser without a cookie asks for one and keeps the message', async () => {
  const { outbox, onStranger, memory, settled } = setUp([{ kind: 'stranger' }]);
  outbox.add('one');
  await settled();
  expect(onStranger).toHaveBeenCalledOnce();
  expect(setUp([], memory).outbox.list()).toMatchObject([{ client_message_id: 'id1', text: 'one' }]);
});

it.each(['{"not": "a list"}', '{"cut off'])('a memory that holds %s is an empty one', (nonsense) => {
  const memory = createMemory();
  memory.write('unsent', nonsense);
  expect(setUp([], memory).outbox.list()).toEqual([]);
});
