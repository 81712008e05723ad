/** The document as somebody edits it: kept while they look at something else in this tab, gone with it. */
import { useState } from 'preact/hooks';

export interface Draft {
  /** The document in force when the editing began. */
  base: string;
  text: string;
}

let kept: Draft | null = null;

/** Null: nothing is edited. */
export const useDraft = (): readonly [Draft | null, (draft: Draft | null) => void] => {
  const [draft, setDraft] = useState(kept);
  const keep = (next: Draft | null) => {
    kept = next;
    setDraft(next);
  };
  return [draft, keep];
};
