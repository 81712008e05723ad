/** Verifies every chain, with whatever is known of them from elsewhere. */
import type { StoredAuditRow } from '../db/tables/audit.ts';
import { addEntries, evidenceOfFiles, type HeadsFile } from './evidence.ts';
import type { ChainVerdict, Verdict, VerifyProgress } from './verdict.ts';
import { type ChainSource, verifyChain } from './verify-chain.ts';

export interface TrailSource extends ChainSource {
  chains(): Promise<string[]>;
  entriesOfItself(): Promise<StoredAuditRow[]>;
  size(): Promise<number>;
}

export interface VerifyOptions {
  files: readonly HeadsFile[];
  /** Public keys whose signatures count. */
  trusted: readonly string[];
  on_progress?: (progress: VerifyProgress) => void;
}

const NO_HEADS: ReadonlyMap<number, { hash: string; signed: boolean }> = new Map();

export const verifyTrail = async (source: TrailSource, { files, trusted, on_progress }: VerifyOptions): Promise<Verdict> => {
  const began = performance.now();
  const keys = new Set(trusted);
  // The files first: a head is signed after its commit, so that the database reaches every head read here.
  const evidence = evidenceOfFiles(files, keys);
  addEntries(evidence, await source.entriesOfItself(), keys);
  const of = await source.size();
  let read = 0;
  const verify = (chain_id: string): Promise<ChainVerdict> =>
    verifyChain(source, {
      chain_id,
      evidence: { cut: evidence.cuts.get(chain_id) ?? null, heads: evidence.heads.get(chain_id) ?? NO_HEADS },
      read(rows) {
        read += rows;
        on_progress?.({ rows: read, of });
      },
    });

  const chains: ChainVerdict[] = [];
  for (const chain_id of new Set([...(await source.chains()), ...evidence.heads.keys()])) {
    const cut_seq = evidence.cuts.get(chain_id)?.seq ?? 0;
    let verdict = await verify(chain_id);
    // Retention may have cut the chain while it was read.
    if (verdict.broken) {
      addEntries(evidence, await source.entriesOfItself(), keys);
      if ((evidence.cuts.get(chain_id)?.seq ?? 0) > cut_seq) verdict = await verify(chain_id);
    }
    chains.push(verdict);
  }
  const broken = chains.find((chain) => chain.broken)?.broken ?? null;
  return {
    ok: broken === null && evidence.faults.length === 0,
    broken,
    head_faults: evidence.faults,
    chains,
    commits: chains.reduce((sum, chain) => sum + chain.commits, 0),
    rows: chains.reduce((sum, chain) => sum + chain.rows, 0),
    heads: evidence.signed,
    took_ms: Math.round(performance.now() - began),
  };
};
