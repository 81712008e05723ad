/** A process of its own that takes the lock of a run folder, says so, and keeps it. */
import { acquireLock } from '../../../host/db/lock.ts';

const [run_dir = '', address = ''] = process.argv.slice(2);
const lock = await acquireLock(run_dir);
if (address !== '') await lock.announce({ pid: process.pid, address, started_at: '2026-01-01T00:00:00.000Z' });
process.stdout.write('locked\n');
process.stdin.resume();
process.stdin.once('end', () => void lock.release().then(() => process.exit(0)));
