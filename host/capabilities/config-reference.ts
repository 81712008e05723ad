/** `{config.<field>}` in a manifest: the whole text is the reference, never a part of it. */

/** Values of the configuration without its secrets. */
export type ConfigValues = Readonly<Record<string, string | number | boolean | undefined>>;

const REFERENCE = /^\{config\.([a-z][a-z0-9_]{0,63})\}$/;

/** The text itself, or the value that a reference names; undefined when that field has none. */
export const resolveReference = (text: string, values: ConfigValues): string | undefined => {
  const field = REFERENCE.exec(text)?.[1];
  if (field === undefined) return text;
  const value = Object.hasOwn(values, field) ? values[field] : undefined;
  return value === undefined || value === '' ? undefined : String(value);
};
