/** What several rules ask of the name of a secret. */
import type { Manifest } from '../../../schemas/manifest.ts';
import { nearest } from '../../../schemas/nearest.ts';

/** null when the name is that of a field which holds a secret text. */
export const secretProblem = (
  { configuration_schema: fields = {} }: Manifest,
  name: string,
  { may_be_public = false } = {},
): { message: string; hint: string } | null => {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    const meant = nearest(name, Object.keys(fields));
    const hint = meant ? `Did you mean "${meant}"?` : `Add "${name}": {"type": "string", "secret": true} to configuration_schema.`;
    return { message: `There is no configuration field "${name}".`, hint };
  }
  if (field.type !== 'string') return { message: `The field "${name}" holds no text.`, hint: `Write "type": "string" in ${name}.` };
  if (field.secret === true || may_be_public) return null;
  return { message: `The field "${name}" is not marked as a secret.`, hint: `Add "secret": true to ${name}.` };
};
