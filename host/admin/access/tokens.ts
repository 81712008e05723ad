/** The tokens of the API: 256 random bits with the prefix `aos_`, shown once, kept as SHA-256. */
import type { TokenRow } from '../../db/unit.ts';
import { AppError } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type Clock, isoTime } from '../../lib/clock.ts';
import type { NewId } from '../../lib/ids.ts';
import type { Role } from './roles.ts';
import { digestOf, findByDigest, newSecret } from './secret.ts';

export interface TokensDeps {
  ledger: Ledger;
  clock: Clock;
  newId: NewId;
  /** `AGENTOS_ADMIN_TOKEN`: an admin by the name `admin` that stands in no table. */
  bootstrap: string | null;
  /** What rests on the token must end. */
  on_revoked(id: string): void;
  on_error(error: unknown, what: string): void;
}

export interface TokenView {
  id: string;
  name: string;
  role: Role;
  created_at: string;
  created_by: string;
  /** null: never. */
  expires_at: string | null;
  last_used_at: string | null;
}

export interface NewToken {
  name: string;
  role: Role;
  /** Wall time in ms; null: never. */
  expires_at: number | null;
}

/** `token` is shown here and nowhere else. */
export interface CreatedToken {
  id: string;
  name: string;
  role: Role;
  token: string;
  expires_at: string | null;
}

export interface FoundToken {
  id: string;
  name: string;
  role: Role;
}

const BOOTSTRAP = { id: 'bootstrap', name: 'admin', role: 'admin' } as const;
const MOST_TOKENS = 1000;
/** A write for each request would cost a row each. */
const NOTE_USE_EVERY_MS = 60_000;

const time = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

const tokenView = (row: TokenRow): TokenView => ({
  id: row.id,
  name: row.name,
  role: row.role,
  created_at: isoTime(row.created_at),
  created_by: row.created_by,
  expires_at: time(row.expires_at),
  last_used_at: time(row.last_used_at),
});

export const createTokens = (deps: TokensDeps) => {
  const { ledger, clock } = deps;
  /** All rows, the revoked ones too: afterwards nobody else writes them. */
  const rows = new Map<string, { row: TokenRow; digest: Buffer }>();
  const bootstrap = deps.bootstrap === null ? null : { digest: digestOf(deps.bootstrap) };

  const isLive = ({ revoked_at, expires_at }: TokenRow): boolean =>
    revoked_at === null && (expires_at === null || expires_at > clock.now());
  const live = () => [...rows.values()].filter(({ row }) => isLive(row));

  const noteUse = (row: TokenRow): void => {
    const now = clock.now();
    if (now - (row.last_used_at ?? 0) < NOTE_USE_EVERY_MS) return;
    row.last_used_at = now;
    ledger.commit({ tokens: [{ ...row }] }).catch((error) => deps.on_error(error, 'note the use of a token'));
  };

  const refuseTaken = (name: string): void => {
    if (live().length >= MOST_TOKENS)
      throw new AppError('STATE_CONFLICT', `There are ${MOST_TOKENS} tokens already.`, 'Revoke those that nobody needs.');
    const taken = live().some(({ row }) => row.name === name) || (bootstrap !== null && name === BOOTSTRAP.name);
    if (taken) {
      throw new AppError(
        'STATE_CONFLICT',
        `A token by the name ${name} is in use; the audit trail could not tell the two apart.`,
        'Choose another name, or revoke that one first.',
      );
    }
  };

  return {
    async load(): Promise<void> {
      for (const row of await ledger.tokens()) rows.set(row.id, { row, digest: Buffer.from(row.hash, 'hex') });
    },
    /** The token that stands and has this text; its use is noted. */
    find(text: string): FoundToken | null {
      const isBootstrap = bootstrap !== null && findByDigest([bootstrap], text) !== null;
      const found = findByDigest(live(), text)?.row;
      if (isBootstrap) return BOOTSTRAP;
      if (!found) return null;
      noteUse(found);
      return { id: found.id, name: found.name, role: found.role };
    },
    stands(id: string): boolean {
      const row = rows.get(id)?.row;
      return id === BOOTSTRAP.id ? bootstrap !== null : row !== undefined && isLive(row);
    },
    /** Newest last; without the revoked ones. */
    list: (): TokenView[] => [...rows.values()].filter(({ row }) => row.revoked_at === null).map(({ row }) => tokenView(row)),
    /** Whether somebody may come over the network and do everything. */
    hasAdmin: (): boolean => bootstrap !== null || live().some(({ row }) => row.role === 'admin'),
    /** Nobody has ever made or stated one. */
    isFirstStart: (): boolean => bootstrap === null && rows.size === 0,
    async create({ name, role, expires_at }: NewToken, actor: string): Promise<CreatedToken> {
      const now = clock.now();
      if (expires_at !== null && expires_at <= now)
        throw new AppError('INVALID_PARAMS', 'The time at which the token ends is over already.', 'Name a later time.');
      refuseTaken(name);
      const token = `aos_${newSecret()}`;
      const digest = digestOf(token);
      const hash = digest.toString('hex');
      const id = deps.newId();
      const row: TokenRow = { id, name, role, hash, created_at: now, created_by: actor, expires_at, last_used_at: null, revoked_at: null };
      // Known before it is written, so that two of one name are not made at once.
      rows.set(id, { row, digest });
      const detail = { name, role, expires_at: time(expires_at) };
      try {
        await ledger.commit({
          tokens: [{ ...row }],
          audit: [{ at: now, actor, action: 'token.created', subject: id, decision: role, detail }],
        });
      } catch (error) {
        rows.delete(id);
        throw error;
      }
      return { id, name, role, token, expires_at: time(expires_at) };
    },
    async revoke(id: string, actor: string): Promise<TokenView> {
      const row = rows.get(id)?.row;
      if (!row || row.revoked_at !== null) throw new AppError('NOT_FOUND', `There is no token ${id}.`, 'agentos token list shows them.');
      const now = clock.now();
      // At once: a use that is noted meanwhile must not bring it back.
      row.revoked_at = now;
      const detail = { name: row.name, role: row.role };
      try {
        await ledger.commit({
          tokens: [{ ...row }],
          audit: [{ at: now, actor, action: 'token.revoked', subject: id, decision: 'revoked', detail }],
        });
      } catch (error) {
        row.revoked_at = null;
        throw error;
      }
      deps.on_revoked(id);
      return tokenView(row);
    },
  };
};

export type Tokens = ReturnType<typeof createTokens>;
