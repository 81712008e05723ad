/** Parameters before they are judged: control characters go, every other character is an honest one and stays. */
import { mapTexts } from './texts.ts';

/** C0 but tab and line feed, DEL, and C1. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export const sanitizeInput = (params: Record<string, unknown>): Record<string, unknown> =>
  mapTexts(params, (leaf) => (typeof leaf === 'string' ? leaf.replace(CONTROL, '') : leaf)) as Record<string, unknown>;
