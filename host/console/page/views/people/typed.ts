/** Whether somebody typed a key. What cannot be seen in it cannot be typed either. Pure. */
import { onOneLine } from '../../../../lib/unseen.ts';

export const isTyped = (typed: string, key: string): boolean => onOneLine(typed).trim() === onOneLine(key).trim();
