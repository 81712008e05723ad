/** Declared credentials, taken apart: where the host puts which secret. */
import type { Credential } from '../../schemas/manifest.ts';
import { type ConfigValues, resolveReference } from './config-reference.ts';
import { parseFieldName } from './header-rules.ts';

export type GrantedCredential =
  /** The host adds the header; `before` and `after` stand around the secret. */
  | { kind: 'header'; field: string; name: string; before: string; after: string }
  /** The host adds `authorization: Basic …` (RFC 7617). */
  | { kind: 'basic'; field: string; user: string }
  /** The adapter writes the placeholder right after the base path, between `before` and `after`. */
  | { kind: 'path'; field: string; before: string; after: string }
  /** The adapter writes the placeholder as a whole JSON string or form value, in requests to `path` only. */
  | { kind: 'body'; field: string; pointer: readonly string[] | null; form_field: string | null; path: string };

export interface GrantProblem {
  /** JSON pointer into the manifest. */
  pointer: string;
  message: string;
  hint: string;
}

type Parsed = { ok: true; credential: GrantedCredential } | { ok: false; message: string; hint: string };

const refuse = (message: string, hint: string): Parsed => ({ ok: false, message, hint });

/** The text around the one `{}`; null when there is none or more than one. */
const around = (form: string): [before: string, after: string] | null => {
  const [before, after, more] = form.split('{}');
  return before === undefined || after === undefined || more !== undefined ? null : [before, after];
};

const parseHeader = ({ secret, at, form }: Credential): Parsed => {
  const name = parseFieldName(at.slice('header:'.length));
  if (!name.ok) return refuse(`"${at}": ${name.message}`, 'Name a header that carries a credential, such as header:authorization.');
  const parts = around(form ?? '{}');
  if (parts === null) return refuse(`The form of "${at}" needs exactly one {}.`, 'Write {} where the secret goes: "Bearer {}".');
  return { ok: true, credential: { kind: 'header', field: secret, name: name.name, before: parts[0], after: parts[1] } };
};

const parseBasic = ({ secret, user }: Credential, values: ConfigValues): Parsed => {
  const name = user === undefined ? undefined : resolveReference(user, values);
  if (name === undefined) {
    return refuse(
      'A basic credential needs a user.',
      'Give "user" as a literal or as {config.<field>}; the field must have a value and not be a secret.',
    );
  }
  if (/[:\u0000-\u001f\u007f{}]/.test(name))
    return refuse('The user of a basic credential holds a colon or another character it must not hold.', 'Correct its value.');
  return { ok: true, credential: { kind: 'basic', field: secret, user: name } };
};

const parsePath = ({ secret, form }: Credential): Parsed => {
  const parts = form === undefined ? null : around(form);
  if (parts === null || !/^\/[\w/~.-]*$/.test(parts[0]) || !/^[\w/~.-]*$/.test(parts[1])) {
    return refuse('A path credential needs a form: a prefix with exactly one {}.', 'Write the beginning of the path: "/bot{}/".');
  }
  return { ok: true, credential: { kind: 'path', field: secret, before: parts[0], after: parts[1] } };
};

const parseBody = ({ secret, at, path }: Credential): Parsed => {
  const place = at.slice('body:'.length);
  if (path?.startsWith('/') !== true) {
    return refuse(
      `"${at}" needs the request path that it is for.`,
      'Write "path": "/setWebhook", with {} for a path credential: "/bot{}/setWebhook".',
    );
  }
  if (!place.startsWith('/')) return { ok: true, credential: { kind: 'body', field: secret, pointer: null, form_field: place, path } };
  const pointer = place.slice(1).split('/');
  return {
    ok: true,
    credential: {
      kind: 'body',
      field: secret,
      pointer: pointer.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')),
      form_field: null,
      path,
    },
  };
};

const parseOne = (credential: Credential, values: ConfigValues): Parsed => {
  if (credential.at.startsWith('header:')) return parseHeader(credential);
  if (credential.at === 'basic') return parseBasic(credential, values);
  return credential.at === 'path' ? parsePath(credential) : parseBody(credential);
};

/** The header that the host adds for a credential, when it adds one. */
export const headerOf = (credential: GrantedCredential): string | null => {
  if (credential.kind === 'header') return credential.name;
  return credential.kind === 'basic' ? 'authorization' : null;
};

/** Two credentials for one header are a problem: which one is sent must not depend on their order. */
export const parseCredentials = (
  declared: readonly Credential[],
  values: ConfigValues,
  pointer: string,
): { credentials: GrantedCredential[]; problems: GrantProblem[] } => {
  const credentials: GrantedCredential[] = [];
  const problems: GrantProblem[] = [];
  const headers = new Set<string>();
  declared.forEach((entry, index) => {
    const parsed = parseOne(entry, values);
    if (!parsed.ok) {
      problems.push({ pointer: `${pointer}/${index}`, message: parsed.message, hint: parsed.hint });
      return;
    }
    const header = headerOf(parsed.credential);
    if (header !== null && headers.has(header)) {
      problems.push({ pointer: `${pointer}/${index}`, message: `Two credentials set the header ${header}.`, hint: 'Keep one of them.' });
      return;
    }
    if (header !== null) headers.add(header);
    credentials.push(parsed.credential);
  });
  return { credentials, problems };
};
