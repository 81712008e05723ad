/** A JSON Schema as rows that a person reads: one for each field, nested ones by their path. */

interface Node {
  type?: string;
  description?: string;
  properties?: Record<string, Node>;
  patternProperties?: Record<string, Node>;
  additionalProperties?: boolean;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}

export interface Field {
  /** `webhook.verify.scheme`; `[]` stands for each item, `<name>` for a name of one's own. */
  name: string;
  required: boolean;
  type: string;
  description: string;
}

const number = (value: number): string => value.toLocaleString('en');

const boundsOf = ({ minimum, maximum }: Node): string => {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined) return `, at least ${number(minimum ?? 0)}`;
  return minimum === undefined ? `, at most ${number(maximum)}` : `, ${number(minimum)} to ${number(maximum)}`;
};

const typeOf = (node: Node): string => {
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(' ');
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.anyOf) return [...new Set(node.anyOf.map(typeOf))].join(' or ');
  if (node.type === 'array') return `list of ${typeOf(node.items ?? {})}${node.maxItems === undefined ? '' : `, at most ${node.maxItems}`}`;
  if (node.type === 'string') return node.maxLength === undefined ? 'text' : `text, at most ${number(node.maxLength)}`;
  if (node.type === 'integer' || node.type === 'number') return (node.type === 'integer' ? 'whole number' : 'number') + boundsOf(node);
  return node.type === undefined ? 'anything' : node.type === 'boolean' ? 'true or false' : node.type;
};

const inside = (node: Node, name: string): Field[] => [
  ...fieldsOf(node, name),
  ...(node.items ? inside(node.items, `${name}[]`) : []),
  ...(node.anyOf ?? []).flatMap((one) => inside(one, name)),
];

export const fieldsOf = (schema: object, prefix = ''): Field[] => {
  const node = schema as Node;
  const at = (name: string): string => (prefix === '' ? name : `${prefix}.${name}`);
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]): Field[] => [
    { name: at(name), required: node.required?.includes(name) ?? false, type: typeOf(child), description: child.description ?? '' },
    ...inside(child, at(name)),
  ]);
  const named = Object.entries(node.patternProperties ?? {}).flatMap(([pattern, child]) =>
    pattern === '^x-' ? [] : inside(child, at('<name>')),
  );
  return [...own, ...named];
};
