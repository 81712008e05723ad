import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createSseWriter, MAX_BUFFERED_BYTES, type SseWriter } from '../../../host/http/sse-writer.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

interface Pair {
  clock: FakeClock;
  response: ServerResponse;
  writer: SseWriter;
  reader: Socket;
  timesClosed(): number;
}

/** A writer whose reader reads nothing until told. */
const writerWithStillReader = (): Promise<Pair> =>
  new Promise((resolve) => {
    const clock = createFakeClock();
    let closed = 0;
    const server = createServer((_request, response) => {
      response.writeHead(200);
      const writer = createSseWriter(response, clock, { mayGoOn: () => true, onClosed: () => (closed += 1) });
      resolve({ clock, response, writer, reader, timesClosed: () => closed });
    });
    let reader: Socket;
    onTestFinished(() => {
      reader.destroy();
      server.close();
    });
    server.listen(0, '127.0.0.1', () => {
      reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
      reader.pause();
      reader.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    });
  });

/** Writes until the kernel takes no more and a quarter of the allowance waits here. */
const fallBehind = async ({ response, writer }: Pair) => {
  while (response.writableLength < MAX_BUFFERED_BYTES / 4) {
    writer.send({ event: 'message', data: 'x'.repeat(50_000) });
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test('a reader who stands still for two heartbeats is gone', async () => {
  const pair = await writerWithStillReader();
  await fallBehind(pair);
  pair.clock.advance(15_000);
  expect(pair.writer.closed).toBe(false);
  pair.clock.advance(15_000);
  expect([pair.writer.closed, pair.response.destroyed, pair.timesClosed()]).toEqual([true, true, 1]);
});

test('a reader who catches up in time stays', async () => {
  const pair = await writerWithStillReader();
  await fallBehind(pair);
  pair.clock.advance(15_000);
  pair.reader.resume();
  await pair.writer.drained();
  pair.clock.advance(15_000);
  pair.clock.advance(15_000);
  expect(pair.writer.closed).toBe(false);
});

test('whoever waits for a reader is set free when the reader leaves', async () => {
  const pair = await writerWithStillReader();
  await fallBehind(pair);
  const drained = pair.writer.drained();
  pair.reader.destroy();
  await drained;
  expect([pair.writer.closed, pair.timesClosed()]).toEqual([true, 1]);
});

test('a stream that is over takes nothing more and beats no more', async () => {
  const pair = await writerWithStillReader();
  pair.writer.close();
  const waiting = pair.response.writableLength;
  pair.writer.send({ event: 'message', data: 'late' });
  pair.clock.advance(60_000);
  expect([pair.response.writableLength, pair.timesClosed()]).toEqual([waiting, 1]);
});

test('closing does not wait for a reader who does not read', async () => {
  const pair = await writerWithStillReader();
  await fallBehind(pair);
  pair.writer.close();
  expect(pair.response.destroyed).toBe(true);
});
