/** One configured operation, wherever it was configured. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description: string | null;
}

export interface ConfiguredOperation {
  id: string;
  description: string | null;
  method: Method;
  /** Below the base address, with `{name}` for each path parameter. */
  path: string;
  /** `read` only for GET and HEAD, or where the operator's own list says so: never guessed from a name. */
  effect: 'read' | 'write';
  parameters: Parameter[];
  /** Whether `body` may be given, and has to be. */
  body: 'none' | 'optional' | 'required';
  /** A GraphQL document; `params` are its variables then. */
  graphql: string | null;
}

export type Operations = ReadonlyMap<string, ConfiguredOperation>;

/** The configuration cannot be used; the message says where and why. */
export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigurationError';
  }
}

export const MOST_OPERATIONS = 200;
export const ID = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

export const effectOf = (method: Method): 'read' | 'write' => (method === 'GET' || method === 'HEAD' ? 'read' : 'write');

/** `/a/{b}/c` → `b`. */
export const pathNames = (path: string): string[] => [...path.matchAll(/\{([^{}/]{1,64})\}/g)].map(([, name]) => name as string);

/** A path begins at the base address and stays there. */
export const checkPath = (path: unknown, where: string): string => {
  const text = typeof path === 'string' ? path : '';
  if (
    !text.startsWith('/') ||
    text.startsWith('//') ||
    /[\s\\?#]/.test(text) ||
    text.split('/').some((step) => step === '..' || step === '.')
  ) {
    throw new ConfigurationError(`${where}: "path" is no path that begins with "/", without query and ".."`);
  }
  return text;
};
