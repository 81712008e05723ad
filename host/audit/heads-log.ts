/**
 * `store/audit-heads.log`: the signed heads, one a line, appended. Copies of it elsewhere are what makes a
 * removed end provable; the file itself is only as safe as the folder it lies in.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWholeFile } from '../lib/whole-file.ts';
import { parseStatement, type Statement } from './statement.ts';

export interface HeadsLog {
  /** On the disk when it resolves. */
  append(statement: Statement): Promise<void>;
  /** What can be read of it, oldest first. */
  read(): Promise<Statement[]>;
  /** Drops heads up to each chain's newest cut, and of those older than a day keeps one an hour. */
  thin(now: number): Promise<void>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const contentOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};

const newestCuts = (statements: readonly Statement[]): Map<string, Statement> => {
  const cuts = new Map<string, Statement>();
  for (const each of statements) {
    if (each.kind === 'cut' && each.seq >= (cuts.get(each.chain_id)?.seq ?? 0)) cuts.set(each.chain_id, each);
  }
  return cuts;
};

/** What is kept: each chain's newest cut and newest head, what is of the last day, and before that the last of each hour. */
export const thinned = (statements: readonly Statement[], now: number): Statement[] => {
  const cuts = newestCuts(statements);
  const kept = new Set<string>();
  return statements
    .toReversed()
    .filter((each) => {
      const cut = cuts.get(each.chain_id);
      if (each.kind === 'cut') return each === cut;
      if (cut && each.seq <= cut.seq) return false;
      const at = Date.parse(each.at);
      const place = `${each.chain_id} ${Math.floor(at / HOUR_MS)}`;
      const first = !kept.has(place);
      kept.add(place);
      return first || now - at < DAY_MS;
    })
    .toReversed();
};

export const createHeadsLog = (file: string): HeadsLog => {
  let looked = false;
  let turn: Promise<unknown> = Promise.resolve();
  /** One after another: a line that is appended while the file is rewritten would be lost. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  /** What follows must not be glued to a line that a crash cut off. */
  const mend = async (): Promise<void> => {
    looked = true;
    const content = await contentOf(file);
    if (content === '' || content.endsWith('\n')) return;
    const whole = content.slice(0, content.lastIndexOf('\n') + 1);
    // Only its line feed may be missing.
    const rest = content.slice(whole.length);
    await writeWholeFile(file, parseStatement(rest) ? `${content}\n` : whole);
  };

  const read = async (): Promise<Statement[]> =>
    (await contentOf(file)).split('\n').flatMap((line) => (line === '' ? [] : (parseStatement(line) ?? [])));

  const append = async (statement: Statement): Promise<void> => {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    if (!looked) await mend();
    const handle = await open(file, 'a', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(statement)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  };

  const thin = async (now: number): Promise<void> => {
    const lines = (await contentOf(file)).split('\n').filter((line) => line !== '');
    const statements = lines.flatMap((line) => parseStatement(line) ?? []);
    // A line that is no statement is for a person to look at: nothing is rewritten over it.
    if (statements.length < lines.length) return;
    const kept = thinned(statements, now);
    if (kept.length < statements.length) await writeWholeFile(file, kept.map((each) => `${JSON.stringify(each)}\n`).join(''));
  };

  return { append: (statement) => inTurn(() => append(statement)), read: () => inTurn(read), thin: (now) => inTurn(() => thin(now)) };
};
