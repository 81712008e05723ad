/** An answer before anybody sees or keeps it: without what a page would run and what nobody should know. */
import { removeActiveHtml } from './active-html.ts';
import { redactLeaf, redactSecrets } from './secrets.ts';
import { mapTexts } from './texts.ts';

/** Markup first: what was split by it could come together to a secret, and a mark holds none. */
export const sanitizeOutput = (data: unknown): unknown =>
  mapTexts(data, (leaf, name) => redactLeaf(typeof leaf === 'string' ? removeActiveHtml(leaf) : leaf, name), redactSecrets);

export const sanitizeText = (text: string): string => redactSecrets(removeActiveHtml(text));
