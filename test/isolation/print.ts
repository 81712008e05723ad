/**
 * `npm run isolation`: every attack beside a live neighbour, what stopped it, how long the host's event loop and the
 * neighbour were held up meanwhile (a plugin that attacks nothing stands first, to compare with); then what the wall
 * costs beside a plain worker. Exits 1 when anything got through. Times need a quiet machine, and are not judged here.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CATALOGUE } from './catalogue.ts';
import { measureCosts } from './costs.ts';
import { type Lab, openLab } from './lab.ts';
import { inRealm, type Trial, type TrialGroup } from './trial.ts';
import { ORDINARY_FOLDER } from './trials/folders.ts';

/** Of what may end differently each time. */
const ROUNDS = 10;

interface Row {
  held: boolean;
  stopped_by: string;
  lag_ms: number;
  neighbour_ms: number;
}

const runOnce = async (lab: Lab, trial: Trial): Promise<Row> => {
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const { stopped_by, escaped } = await trial.run(lab).catch((error: unknown) => ({ stopped_by: '', escaped: String(error) }));
  lag.disable();
  const neighbour_ms = await lab.neighbour();
  return {
    held: escaped === null && trial.expected.test(stopped_by),
    stopped_by: (escaped === null ? stopped_by : `GOT THROUGH: ${escaped}`).split('\n')[0] ?? '',
    // The sampler's own period is part of what it measures.
    lag_ms: Math.max(0, lag.max / 1e6 - 5),
    neighbour_ms,
  };
};

const print = (...columns: [string, string, string, string, string]): void => {
  const [name, result, stopped_by, lag, neighbour] = columns;
  console.log(
    `  ${name.padEnd(54).slice(0, 54)} ${result.padEnd(8)} ${stopped_by.padEnd(64).slice(0, 64)} ${lag.padStart(7)} ${neighbour.padStart(9)}`,
  );
};

/** Read, started, called and stopped as the attacks are; what a host does for the first time is done here. */
const WELL_BEHAVED: TrialGroup = {
  name: 'no attack',
  trials: [ORDINARY_FOLDER, inRealm({ name: 'a plugin that behaves', body: 'await context.fetch(API); return null;' })],
};

const lab = await openLab();
let held = 0;
let broken = 0;
let worst_lag = 0;
for (const { name, trials } of [WELL_BEHAVED, ...CATALOGUE]) {
  console.log(`\n${name}`);
  print('attack', 'result', 'stopped by', 'lag ms', 'neighbour');
  const rounds = name === 'memory' || name === WELL_BEHAVED.name ? ROUNDS : 1;
  for (const trial of trials) {
    const rows: Row[] = [];
    for (let round = 0; round < rounds; round++) rows.push(await runOnce(lab, trial));
    const good = rows.filter((row) => row.held).length;
    const shown = rows.find((row) => !row.held) ?? (rows[0] as Row);
    const lag = Math.max(...rows.map((row) => row.lag_ms));
    if (name !== WELL_BEHAVED.name) worst_lag = Math.max(worst_lag, lag);
    if (good === rounds) held++;
    else broken++;
    const neighbour = Math.max(...rows.map((row) => row.neighbour_ms));
    print(
      trial.name,
      rounds === 1 ? (good === 1 ? 'held' : 'BROKEN') : `${good}/${rounds}`,
      shown.stopped_by,
      lag.toFixed(0),
      `${neighbour.toFixed(1)} ms`,
    );
  }
}
console.log(`\n${held} held, ${broken} broken; an attack held up the host's event loop for ${worst_lag.toFixed(0)} ms at most`);
await lab.close();
await measureCosts();
process.exit(broken === 0 ? 0 : 1);
