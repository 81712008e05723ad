/** Puts each declared secret into its declared place, and refuses a request that holds a placeholder anywhere else. */
import type { MultipartPart } from '../../schemas/message.ts';
import { CapabilityError } from '../sandbox/confined.ts';
import { type Body, type PluginRequest, writeBody } from './fetch-request.ts';
import type { GrantedCredential } from './granted-credentials.ts';
import { headerOf } from './granted-credentials.ts';
import type { NetworkGrant } from './grants.ts';
import { isFieldValue } from './header-rules.ts';
import { partTexts } from './multipart.ts';
import { encodePathSegment } from './path-segment.ts';
import type { Placeholders } from './placeholders.ts';

/** A request as it may leave: it holds secrets, so it is never logged. */
export interface CredentialedRequest {
  url: string;
  headers: Map<string, string>;
  body: string | Buffer | undefined;
  /** In place of `body`: parts whose attachments are still to be fetched. */
  parts: readonly MultipartPart[] | null;
  /** Headers that must not go to another origin. */
  credential_headers: readonly string[];
  /** True when the body holds a secret: no redirect may carry it elsewhere. */
  secretInBody: boolean;
}

type PathCredential = Extract<GrantedCredential, { kind: 'path' }>;
type BodyCredential = Extract<GrantedCredential, { kind: 'body' }>;

/** A path taken apart around its placeholder. */
interface PathUse {
  credential: PathCredential;
  /** What follows the credential's form. */
  rest: string;
}

const misplaced = (field: string, place: string): CapabilityError =>
  new CapabilityError(
    'SECRET_MISPLACED',
    `The secret config.${field} stands in ${place}, where it is not declared. Declare the place under credentials of the permission, or leave it out; header and basic credentials are added by the host.`,
  );

/** The placeholder, byte for byte, in the declared form right after the base path; any other spelling is refused by the search that follows. */
export const findPathUse = (grant: NetworkGrant, pathname: string, placeholders: Placeholders): PathUse | null => {
  for (const credential of grant.credentials) {
    if (credential.kind !== 'path') continue;
    const placeholder = placeholders.byField.get(credential.field);
    if (placeholder === undefined) continue;
    const prefix = grant.base_path + credential.before + placeholder + credential.after;
    if (!pathname.startsWith(prefix)) continue;
    const rest = pathname.slice(prefix.length);
    if (prefix.endsWith('/') || rest === '' || rest.startsWith('/')) return { credential, rest };
  }
  return null;
};

/** The path that a body credential's `path` is compared with: relative to the base, `{}` in place of a path credential. */
const declaredPath = (grant: NetworkGrant, pathname: string, use: PathUse | null): string =>
  use === null ? pathname.slice(grant.base_path.length) || '/' : `${use.credential.before}{}${use.credential.after}${use.rest}`;

/** Copies along the pointer only; null when the value there is not exactly the placeholder. */
const replaceAt = (value: unknown, pointer: readonly string[], placeholder: string, secret: string): unknown => {
  const [token, ...rest] = pointer;
  if (token === undefined) return value === placeholder ? secret : null;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return null;
  const replaced = replaceAt((value as Record<string, unknown>)[token], rest, placeholder, secret);
  if (replaced === null) return null;
  return Array.isArray(value) ? value.map((item, index) => (String(index) === token ? replaced : item)) : { ...value, [token]: replaced };
};

const replaceInParts = (parts: readonly MultipartPart[], name: string, placeholder: string, secret: string): Body | null => {
  const index = parts.findIndex((part) => 'value' in part && part.name === name && part.value === placeholder);
  return index === -1 ? null : { kind: 'multipart', parts: parts.map((part, at) => (at === index ? { name, value: secret } : part)) };
};

const replaceInBody = (body: Body, credential: BodyCredential, placeholder: string, secret: string): Body | null => {
  if (body.kind === 'json' && credential.pointer !== null) {
    const value = replaceAt(body.value, credential.pointer, placeholder, secret);
    return value === null ? null : { kind: 'json', value };
  }
  if (body.kind === 'multipart' && credential.form_field !== null)
    return replaceInParts(body.parts, credential.form_field, placeholder, secret);
  if (body.kind !== 'form' || credential.form_field === null) return null;
  const index = body.fields.findIndex(([name, value]) => name === credential.form_field && value === placeholder);
  if (index === -1) return null;
  return { kind: 'form', fields: body.fields.map((field, at) => (at === index ? ([field[0], secret] as const) : field)) };
};

/** Two bodies side by side: the one that leaves, and the same with declared placeholders blanked, which must hold no placeholder. */
const placeInBody = (
  request: PluginRequest,
  grant: NetworkGrant,
  path: string,
  placeholders: Placeholders,
): { real: Body; searched: Body } => {
  let real = request.body;
  let searched = request.body;
  for (const credential of grant.credentials) {
    const placeholder = placeholders.byField.get(credential.field);
    const secret = placeholders.valueOf(credential.field);
    if (credential.kind !== 'body' || credential.path !== path || placeholder === undefined || secret === undefined) continue;
    real = replaceInBody(real, credential, placeholder, secret) ?? real;
    searched = replaceInBody(searched, credential, placeholder, '') ?? searched;
  }
  return { real, searched };
};

const headerValue = (credential: GrantedCredential, secret: string): string | null => {
  if (credential.kind === 'header') return credential.before + secret + credential.after;
  return credential.kind === 'basic' ? `Basic ${Buffer.from(`${credential.user}:${secret}`).toString('base64')}` : null;
};

const addHeaders = (headers: Map<string, string>, grant: NetworkGrant, placeholders: Placeholders): string[] => {
  const added: string[] = [];
  for (const credential of grant.credentials) {
    const name = headerOf(credential);
    const secret = placeholders.valueOf(credential.field);
    const value = secret === undefined ? null : headerValue(credential, secret);
    if (name === null || value === null) continue;
    if (!isFieldValue(value))
      throw new CapabilityError(
        'INVALID_PARAMS',
        `The value of config.${credential.field} cannot stand in a header. Check it for line breaks.`,
      );
    headers.set(name, value);
    added.push(name);
  }
  return added;
};

const refuseOwnHeaders = (headers: ReadonlyMap<string, string>, grant: NetworkGrant) => {
  for (const credential of grant.credentials) {
    const name = headerOf(credential);
    if (name !== null && headers.has(name)) {
      throw new CapabilityError('HEADER_NOT_ALLOWED', `The host adds the header ${name} for ${grant.origin} itself. Leave it out.`);
    }
  }
};

const refuseMisplaced = (place: string, text: string | Buffer, placeholders: Placeholders) => {
  const field = placeholders.find(typeof text === 'string' ? text : text.toString('latin1'));
  if (field !== null) throw misplaced(field, place);
};

/** Throws `SECRET_MISPLACED`, `HEADER_NOT_ALLOWED` or `INVALID_PARAMS`. */
export const applyCredentials = (request: PluginRequest, grant: NetworkGrant, placeholders: Placeholders): CredentialedRequest => {
  const { url } = request;
  const use = findPathUse(grant, url.pathname, placeholders);
  const aroundSecret = use === null ? url.pathname : grant.base_path + use.credential.before + use.credential.after + use.rest;
  refuseOwnHeaders(request.headers, grant);
  refuseMisplaced('the url', url.host + aroundSecret + url.search, placeholders);
  for (const [name, value] of request.headers) refuseMisplaced('a header', `${name}: ${value}`, placeholders);
  const headers = new Map(request.headers);
  const { real, searched } = placeInBody(request, grant, declaredPath(grant, url.pathname, use), placeholders);
  const text = writeBody(searched, headers);
  if (searched.kind === 'multipart') refuseMisplaced('the body', partTexts(searched.parts), placeholders);
  if (text !== undefined) refuseMisplaced('the body', text, placeholders);
  const body = real === searched ? text : writeBody(real, headers);
  const secret = use === null ? '' : encodePathSegment(placeholders.valueOf(use.credential.field) ?? '');
  const pathname = use === null ? url.pathname : grant.base_path + use.credential.before + secret + use.credential.after + use.rest;
  const credential_headers = addHeaders(headers, grant, placeholders);
  const parts = real.kind === 'multipart' ? real.parts : null;
  return { url: url.origin + pathname + url.search, headers, body, parts, credential_headers, secretInBody: real !== searched };
};
