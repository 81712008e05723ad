import { expect, test } from 'vitest';
import { createOpenStreams } from '../../../host/http/open-streams.ts';

test('all visitors together have so many streams and no more', () => {
  const streams = createOpenStreams({ per_visitor: 2, total: 3 });
  const release = streams.take('a', () => {});
  streams.take('a', () => {});
  streams.take('b', () => {});
  expect(streams.take('c', () => {})).toBeNull();
  release?.();
  expect(streams.take('c', () => {})).not.toBeNull();
});

test('a place given back twice is given back once', () => {
  const streams = createOpenStreams({ per_visitor: 1, total: 2 });
  const release = streams.take('a', () => {});
  release?.();
  streams.take('a', () => {});
  streams.take('b', () => {});
  release?.();
  expect(streams.take('a', () => {})).toBeNull();
  expect(streams.take('c', () => {})).toBeNull();
});

test('closing all closes each once, also when closing gives the place back', () => {
  const streams = createOpenStreams({ per_visitor: 3, total: 9 });
  const closed: string[] = [];
  for (const name of ['a1', 'a2', 'b1']) {
    const release = streams.take(name.charAt(0), () => {
      closed.push(name);
      release?.();
    });
  }
  streams.closeAll();
  streams.closeAll();
  expect(closed).toEqual(['a1', 'a2', 'b1']);
});
