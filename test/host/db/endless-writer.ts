/** A process of its own that writes events, several at a time, and names each one only after its commit. */
import { openDatabase } from '../../../host/db/database.ts';

const database = await openDatabase({ file: process.argv[2] as string, new_chain_id: 'chain' });
let next = 0;
const write = async (): Promise<void> => {
  for (;;) {
    const id = `e${next++}`;
    await database.writer.commit({
      events: [{ id, channel_id: 'telegram', event_id: id, source: 'webhook', received_at: 1, request: () => 'x'.repeat(500) }],
      audit: [{ at: 1, actor: 'host', action: 'test', subject: id }],
    });
    process.stdout.write(`${id}\n`);
  }
};
for (let lane = 0; lane < 8; lane++) void write();
