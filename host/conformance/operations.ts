/** The operations of a connector, each with parameters that its manifest takes. */
import type { Bench } from './bench.ts';
import { sampleOf } from './sample-value.ts';

export interface TriedOperation {
  name: string;
  params: Record<string, unknown>;
  required: string[];
}

/** Parameters of `fixtures/params.json`, else samples of the schema. */
export const everyOperation = ({ manifest, fixtures }: Pick<Bench, 'manifest' | 'fixtures'>): TriedOperation[] =>
  Object.entries(manifest.operations ?? {}).map(([name, operation]) => {
    const schema = operation.params as { required?: unknown };
    const given = Object.hasOwn(fixtures.params, name) ? fixtures.params[name] : undefined;
    return {
      name,
      params: given ?? (sampleOf({ type: 'object', ...operation.params }) as Record<string, unknown>),
      required: Array.isArray(schema.required) ? schema.required.map(String) : [],
    };
  });
