/**
 * Retention of the trail. It is cut only after a commit whose head was signed, and only when everything up
 * to there is as it was written: evidence of tampering is not tidied away. The cut itself is stated under
 * the host's signature, in the trail and in the file of heads, before the first row goes.
 */
import type { AuditEntry, Retirement, UnitResult } from '../db/unit.ts';
import type { ChainHead } from './chain.ts';
import { asStatement, type Statement } from './statement.ts';
import type { TrailReader } from './trail-keeper.ts';
import type { Broken, Verdict } from './verdict.ts';

export interface CutDeps {
  trail: Pick<TrailReader, 'chains' | 'commit' | 'entriesOfItself'>;
  /** Heads and cuts that this host has signed, oldest first. */
  statements(): Promise<Statement[]>;
  state(kind: 'cut', head: ChainHead): Promise<Statement>;
  verify(): Promise<Pick<Verdict, 'chains'>>;
  now(): number;
  commit(unit: { audit?: AuditEntry[]; retire?: Retirement[] }): Promise<UnitResult>;
  /** Lets the traffic through; false: the rest waits for another time. */
  pause(): Promise<boolean>;
  /** The trail was tampered with where it would have been cut. */
  on_broken(broken: Broken): void;
}

const STEP = 500;

const newest = (statements: readonly Statement[], kind: Statement['kind'], chain_id: string): Statement | undefined =>
  statements.filter((each) => each.kind === kind && each.chain_id === chain_id).sort((a, b) => b.seq - a.seq)[0];

export const createCutTrail = ({ trail, statements, state, verify, now, commit, pause, on_broken }: CutDeps) => {
  /** Takes away what stands before the cut; goes on where a process before was interrupted. */
  const removeUpTo = async (cut: ChainHead): Promise<number> => {
    for (let removed = 0; ; ) {
      const { retired } = await commit({ retire: [{ what: 'audit', chain_id: cut.chain_id, through_seq: cut.seq, limit: STEP }] });
      removed += retired;
      if (retired === 0 || !(await pause())) return removed;
    }
  };

  const named = async (cut: Statement): Promise<boolean> =>
    (await trail.entriesOfItself()).some((row) => {
      const entry = row.action === 'audit.cut' ? asStatement(JSON.parse(row.detail ?? 'null')) : null;
      return entry?.chain_id === cut.chain_id && entry.seq === cut.seq;
    });

  /** The newest head that was signed before the time and is still what the trail says. */
  const placeToCut = async (known: readonly Statement[], chain_id: string, before: number): Promise<Statement | null> => {
    const cut_seq = newest(known, 'cut', chain_id)?.seq ?? 0;
    const old = known.filter((each) => each.kind === 'head' && each.chain_id === chain_id && Date.parse(each.at) < before);
    const head = newest(old, 'head', chain_id);
    if (!head || head.seq <= cut_seq) return null;
    return (await trail.commit(chain_id, head.seq))?.hash === head.hash ? head : null;
  };

  const entry = (cut: Statement): AuditEntry => ({
    at: now(),
    actor: 'host',
    action: 'audit.cut',
    subject: cut.chain_id,
    decision: 'removed',
    detail: { ...cut },
  });

  /** Cuts every chain after its newest head signed before `before`. Returns how many rows and commits went. */
  return async (before: number): Promise<number> => {
    const known = await statements();
    const chains = await trail.chains();
    const places = (await Promise.all(chains.map((chain_id) => placeToCut(known, chain_id, before)))).flatMap((head) => head ?? []);
    const verdicts = places.length > 0 ? (await verify()).chains : [];
    for (const head of places) {
      const broken = verdicts.find(({ chain_id }) => chain_id === head.chain_id)?.broken;
      if (broken && broken.commit_seq <= head.seq) {
        on_broken(broken);
        continue;
      }
      const cut = await state('cut', head);
      await commit({ audit: [entry(cut)] });
      known.push(cut);
    }
    let removed = 0;
    for (const chain_id of chains) {
      const cut = newest(known, 'cut', chain_id);
      if (!cut) continue;
      // The statement may stand in the file alone, when the process ended before it reached the trail.
      if (!(await named(cut))) await commit({ audit: [entry(cut)] });
      removed += await removeUpTo(cut);
    }
    return removed;
  };
};
