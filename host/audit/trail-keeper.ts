/**
 * Keeps the trail provable while a host runs: begins a chain by naming the heads of the others, signs the
 * newest head every ten seconds when it changed, and at the end.
 */
import type { AuditCommit, StoredAuditRow } from '../db/tables/audit.ts';
import type { AuditEntry } from '../db/unit.ts';
import { type Clock, isoTime } from '../lib/clock.ts';
import { openAuditKey } from './audit-key.ts';
import type { ChainHead } from './chain.ts';
import { createHeadsLog } from './heads-log.ts';
import { faultOf, makeStatement, type Statement } from './statement.ts';

const SIGN_EVERY_MS = 10_000;

/** What is asked of the stored trail. */
export interface TrailReader {
  chains(): Promise<string[]>;
  newest(chain_id: string): Promise<AuditCommit | undefined>;
  commit(chain_id: string, seq: number): Promise<AuditCommit | undefined>;
  entriesOfItself(): Promise<StoredAuditRow[]>;
}

export interface TrailLedger {
  trail: TrailReader;
  auditHead(): ChainHead;
  commit(unit: { audit: AuditEntry[] }): Promise<unknown>;
}

export interface TrailKeeperOptions {
  keys_dir: string;
  heads_file: string;
  clock: Clock;
  /** Every statement also goes to the log stream, which is a second place to keep it. */
  log(fields: object, message: string): void;
  on_error(error: unknown, what: string): void;
}

const bare = ({ chain_id, seq, hash }: ChainHead): ChainHead => ({ chain_id, seq, hash });

export const openTrailKeeper = async ({ keys_dir, heads_file, clock, log, on_error }: TrailKeeperOptions) => {
  const { key, made } = await openAuditKey(keys_dir);
  const heads = createHeadsLog(heads_file);
  const own: ReadonlySet<string> = new Set([key.name]);
  let cancel: (() => void) | null = null;
  let signed: ChainHead | null = null;
  let ledger: TrailLedger | null = null;

  /** What this host has signed and still has: what somebody wrote into the file does not count. */
  const statements = async (): Promise<Statement[]> => (await heads.read()).filter((each) => faultOf(each, own) === null);

  const newestHeads = async (): Promise<Map<string, Statement>> => {
    const newest = new Map<string, Statement>();
    for (const each of await statements()) {
      if (each.kind === 'head' && each.seq >= (newest.get(each.chain_id)?.seq ?? 0)) newest.set(each.chain_id, each);
    }
    return newest;
  };

  const state = async (kind: Statement['kind'], head: ChainHead): Promise<Statement> => {
    const statement = makeStatement(key, kind, head, isoTime(clock.now()));
    await heads.append(statement);
    log({ audit: statement }, kind === 'head' ? 'the audit trail ends here' : 'the audit trail begins after this');
    return statement;
  };

  const signHead = async (): Promise<void> => {
    const head = ledger?.auditHead();
    if (!head || head.seq === 0 || (signed?.chain_id === head.chain_id && signed.seq === head.seq)) return;
    await state('head', head);
    signed = bare(head);
  };

  const signRegularly = (): void => {
    cancel = clock.after(SIGN_EVERY_MS, () => {
      signHead()
        .catch((error) => on_error(error, 'sign the head of the audit trail'))
        .finally(() => cancel && signRegularly());
    });
  };

  /** The ends of the chains of processes before, as far as nothing signed contradicts them. */
  const signOthers = async ({ trail, auditHead }: TrailLedger): Promise<void> => {
    const newest = await newestHeads();
    for (const chain_id of await trail.chains()) {
      const end = await trail.newest(chain_id);
      if (!end || chain_id === auditHead().chain_id || end.seq <= (newest.get(chain_id)?.seq ?? 0)) continue;
      await state('head', end);
    }
  };

  const otherHeads = async ({ trail, auditHead }: TrailLedger): Promise<ChainHead[]> => {
    const ends = await Promise.all((await trail.chains()).map((chain_id) => trail.newest(chain_id)));
    return ends.flatMap((end) => (end && end.chain_id !== auditHead().chain_id ? [bare(end)] : []));
  };

  const beginChain = async (to: TrailLedger): Promise<void> => {
    const present = await otherHeads(to);
    const missing = [...(await newestHeads()).values()].filter(
      (head) => head.seq > (present.find(({ chain_id }) => chain_id === head.chain_id)?.seq ?? 0),
    );
    const detail = { key: key.name, heads: present, ...(missing.length > 0 ? { missing: missing.map(bare) } : {}) };
    await to.commit({
      audit: [{ at: clock.now(), actor: 'host', action: 'audit.chain_started', subject: to.auditHead().chain_id, detail }],
    });
  };

  return {
    key: key.name,
    heads,
    /** Signs the newest head, unless it is signed already. */
    sign: signHead,
    statements,
    state,
    /**
     * False when the database does not reach what was signed before: it was restored from a backup, or its
     * end was cut. Going on would give a commit of the same number another hash; a new chain says what is missing.
     */
    async continues(last: ChainHead, trail: Pick<TrailReader, 'newest' | 'commit'>): Promise<boolean> {
      const known = await statements();
      const newest = known.findLast(({ kind }) => kind === 'head');
      if (newest && newest.chain_id !== last.chain_id && (await trail.newest(newest.chain_id)) === undefined) {
        return known.some(({ kind, chain_id, seq }) => kind === 'cut' && chain_id === newest.chain_id && seq >= newest.seq);
      }
      const own_head = known.findLast(({ kind, chain_id }) => kind === 'head' && chain_id === last.chain_id);
      if (!own_head) return true;
      return own_head.seq <= last.seq && ((await trail.commit(last.chain_id, own_head.seq))?.hash ?? own_head.hash) === own_head.hash;
    },
    /** Begins the chain when it is new, signs where it stands, and goes on doing so. */
    async attach(to: TrailLedger, { regularly }: { regularly: boolean }): Promise<void> {
      ledger = to;
      if (to.auditHead().seq === 0) await beginChain(to);
      else if (made) await to.commit({ audit: [{ at: clock.now(), actor: 'host', action: 'audit.key_made', detail: { key: key.name } }] });
      if (made) log({ key: key.name }, 'made the key that signs the audit trail: note its public half elsewhere');
      await signOthers(to)
        .then(signHead)
        .catch((error) => on_error(error, 'sign the heads of the audit trail'));
      if (regularly) signRegularly();
    },
    /** Signs the last head. */
    async close(): Promise<void> {
      cancel?.();
      cancel = null;
      await signHead();
    },
  };
};

export type TrailKeeper = Awaited<ReturnType<typeof openTrailKeeper>>;
