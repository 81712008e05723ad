/** `{config.<field>}`: a permission's reference to a configuration field. */
const REFERENCE = /^\{config\.([a-z][a-z0-9_]{0,63})\}$/;

/** The field's name; null for any other text. The whole text is the reference, never a part of it. */
export const configReference = (text: string | undefined): string | null =>
  text === undefined ? null : (REFERENCE.exec(text)?.[1] ?? null);
