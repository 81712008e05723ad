import { describe, expect, test } from 'vitest';
import { createRequestTracker } from '../../../host/capabilities/request-tracker.ts';

describe('the request tracker', () => {
  test('says none for a send that asked for nothing, and for one that is not known', () => {
    const tracker = createRequestTracker();
    tracker.begin('a');
    expect(tracker.end('a')).toBe('none');
    expect(tracker.end('a')).toBe('none');
  });

  test.each(['GET', 'HEAD'])('does not count %s', (method) => {
    const tracker = createRequestTracker();
    tracker.begin('a');
    tracker.left('a', method);
    tracker.left(null, method);
    expect(tracker.end('a')).toBe('none');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('says unanswered for a %s that got no answer, and answered when it did', (method) => {
    const tracker = createRequestTracker();
    tracker.begin('a');
    const request = tracker.left('a', method);
    tracker.begin('b');
    tracker.left('b', method);
    tracker.answered(request);
    expect(tracker.end('a')).toBe('answered');
    expect(tracker.end('b')).toBe('unanswered');
  });

  test('says unanswered when one of several got no answer, even if another was answered twice', () => {
    const tracker = createRequestTracker();
    tracker.begin('a');
    const first = tracker.left('a', 'POST');
    tracker.left('a', 'POST');
    tracker.answered(first);
    tracker.answered(first);
    expect(tracker.end('a')).toBe('unanswered');
  });

  test('counts a request of unknown origin for every send in flight, and for none that begins later', () => {
    const tracker = createRequestTracker();
    tracker.begin('a');
    tracker.begin('b');
    const request = tracker.left(null, 'POST');
    tracker.begin('later');
    expect(tracker.end('a')).toBe('unanswered');
    tracker.answered(request);
    expect(tracker.end('b')).toBe('answered');
    expect(tracker.end('later')).toBe('none');
  });

  test('does not let the answer of an older request stand for a newer one', () => {
    const tracker = createRequestTracker();
    tracker.begin('a');
    const older = tracker.left(null, 'POST');
    tracker.begin('b');
    tracker.left(null, 'POST');
    tracker.answered(older);
    expect(tracker.end('a')).toBe('unanswered');
    expect(tracker.end('b')).toBe('unanswered');
  });

  test('does not count a request of a call that is no send', () => {
    const tracker = createRequestTracker();
    tracker.begin('a');
    tracker.left('a receive', 'POST');
    expect(tracker.end('a')).toBe('none');
  });
});
