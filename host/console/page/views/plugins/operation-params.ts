/** Parameters of an operation, from the schema that its manifest states. Pure. */
export interface Parameter {
  name: string;
  type: string;
  required: boolean;
  about: string;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const propertiesOf = (schema: object): [string, Json][] => {
  const { properties } = schema as Json;
  return Object.entries(isObject(properties) ? properties : {}).filter((entry): entry is [string, Json] => isObject(entry[1]));
};

const requiredOf = (schema: object): readonly unknown[] => {
  const { required } = schema as Json;
  return Array.isArray(required) ? required : [];
};

const typeOf = ({ type = 'anything', enum: values }: Json): string =>
  Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(' | ') : [type].flat().join(' | ');

export const aboutOf = (schema: object): string => {
  const { description, title } = schema as Json;
  return String(description ?? title ?? '');
};

export const parametersOf = (schema: object): Parameter[] =>
  propertiesOf(schema).map(([name, each]) => ({
    name,
    type: typeOf(each),
    required: requiredOf(schema).includes(name),
    about: aboutOf(each),
  }));

const EMPTY: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  ['string', ''],
  ['number', 0],
  ['integer', 0],
  ['boolean', false],
  ['array', []],
]);

/** A value to begin with. */
const sampleOf = (schema: Json): unknown => {
  if ('default' in schema) return schema.default;
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const [type] = [schema.type].flat();
  return type === 'object' ? prefill(schema) : (EMPTY.get(type) ?? null);
};

/** What has to be given, and what has a value by default. */
export const prefill = (schema: object): Json =>
  Object.fromEntries(
    propertiesOf(schema)
      .filter(([name, each]) => requiredOf(schema).includes(name) || 'default' in each)
      .map(([name, each]) => [name, sampleOf(each)]),
  );

export type Parsed = { ok: true; params: Json } | { ok: false; detail: string };

export const parseParams = (text: string): Parsed => {
  try {
    const params: unknown = text.trim() === '' ? {} : JSON.parse(text);
    return isObject(params) ? { ok: true, params } : { ok: false, detail: 'The parameters are no JSON object.' };
  } catch (error) {
    return { ok: false, detail: `The parameters are no JSON: ${(error as Error).message}` };
  }
};
