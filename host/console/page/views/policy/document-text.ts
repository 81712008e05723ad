/** The policy as a text that a person edits, and back. Pure. */
import { parseJsonText } from '../../../../../schemas/json-text.ts';

export interface Fault {
  /** `Line 3, column 12` */
  place: string;
  message: string;
  hint: string;
}

export type Document = { ok: true; value: object } | { ok: false; faults: readonly Fault[] };

const NO_OBJECT: Fault = { place: 'Line 1', message: 'The policy is no object.', hint: 'It stands in braces: { … }.' };

export const textOf = (policy: unknown): string => JSON.stringify(policy, null, 2);

/** As the host reads its file: a key stands once in an object. */
export const readDocument = (text: string): Document => {
  const read = parseJsonText(text);
  if (!read.ok) {
    const { line, column, message, hint } = read;
    return { ok: false, faults: [{ place: `Line ${line}, column ${column}`, message, hint }] };
  }
  if (read.duplicates.length > 0)
    return { ok: false, faults: read.duplicates.map(({ line, message, hint }) => ({ place: `Line ${line}`, message, hint })) };
  if (typeof read.value !== 'object' || read.value === null || Array.isArray(read.value)) return { ok: false, faults: [NO_OBJECT] };
  return { ok: true, value: read.value };
};
