import { expect, it } from 'vitest';
import { deferred } from '../../../host/lib/deferred.ts';
import { createSerial } from '../../../host/lib/serial.ts';
import { settled } from '../../support/fake-clock.ts';

it('work on one key waits for the work before it, also when that failed; other keys do not wait', async () => {
  const alone = createSerial();
  const done: string[] = [];
  const first = deferred<void>();
  const failing = alone('a', async () => {
    await first.promise;
    done.push('a1');
    throw new Error('failed');
  });
  const second = alone('a', async () => done.push('a2'));
  const other = alone('b', async () => done.push('b1'));
  await other;
  await settled();
  expect(done).toEqual(['b1']);
  first.resolve();
  await expect(failing).rejects.toThrow('failed');
  await second;
  expect(done).toEqual(['b1', 'a1', 'a2']);
});
