/** The decisions about the plugins of one kind, as the database holds them. */
import type { PluginRow } from '../db/unit.ts';
import { type AuditOf, type Decision, emptyRow } from './decisions.ts';
import type { PluginKind } from './kinds.ts';

export interface RowsDeps {
  kind: PluginKind;
  stored(): Promise<PluginRow[]>;
  /** Writes a row and its audit entry in one commit. */
  write(row: PluginRow, audit: AuditOf): Promise<void>;
}

export const createRows = (deps: RowsDeps) => {
  const rows = new Map<string, PluginRow>();
  return {
    /** Read once: afterwards nobody else writes them. */
    async load(): Promise<void> {
      for (const row of await deps.stored()) if (row.kind === deps.kind && !rows.has(row.id)) rows.set(row.id, row);
    },
    all: (): PluginRow[] => [...rows.values()],
    get: (id: string): PluginRow | null => rows.get(id) ?? null,
    getOrNew: (id: string): PluginRow => rows.get(id) ?? emptyRow(deps.kind, id),
    /** What is decided in the same turn sees it at once; it counts no longer when it could not be written. */
    async put({ row, audit }: Decision): Promise<void> {
      const before = rows.get(row.id);
      rows.set(row.id, row);
      try {
        await deps.write(row, audit);
      } catch (error) {
        if (rows.get(row.id) === row) {
          if (before) rows.set(row.id, before);
          else rows.delete(row.id);
        }
        throw error;
      }
    },
  };
};

export type Rows = ReturnType<typeof createRows>;
