import type { Manifest, NetworkPermission } from '../../../schemas/manifest.ts';
import { nearest } from '../../../schemas/nearest.ts';
import { configReference } from '../config-reference.ts';
import { type Check, error, type Finding, warning } from './check.ts';

interface Kind {
  protocols: ReadonlySet<string>;
  example: string;
}

const NETWORK: Kind = { protocols: new Set(['https:', 'http:']), example: 'https://api.example.com' };
const WEBSOCKET: Kind = { protocols: new Set(['wss:', 'ws:']), example: 'wss://gateway.example.com' };

const isBase = (text: string, { protocols }: Kind): boolean => {
  if (/[\s{}*\\]/.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return protocols.has(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
};

const checkReference = (pointer: string, name: string, { configuration_schema: fields = {} }: Manifest, kind: Kind): Finding[] => {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    const meant = nearest(name, Object.keys(fields));
    return [
      error(
        pointer,
        `There is no configuration field "${name}".`,
        meant ? `Did you mean "{config.${meant}}"?` : `Add "${name}": {"type": "string", "format": "uri"} to configuration_schema.`,
      ),
    ];
  }
  const place = `/configuration_schema/${name}`;
  if (field.secret === true)
    return [error(pointer, `The field "${name}" is a secret; where requests go must be open to see.`, `Remove "secret" from ${name}.`)];
  if (field.type !== 'string') return [error(pointer, `The field "${name}" holds no text.`, `Write "type": "string" in ${name}.`)];
  if (field.default === undefined || field.default === '' || isBase(String(field.default), kind)) return [];
  return [
    error(
      `${place}/default`,
      `${JSON.stringify(field.default)} is no address that a permission can name.`,
      `Write an origin: "${kind.example}".`,
    ),
  ];
};

const checkOrigin = (pointer: string, text: string, kind: Kind): Finding[] => {
  if (!isBase(text, kind)) {
    return [
      error(
        pointer,
        'The address is no origin.',
        `Write "${kind.example}", or "{config.<field>}" for a field that holds one. There are no wildcards: name each origin.`,
      ),
    ];
  }
  const url = new URL(text);
  const origin = `${url.protocol}//${url.host}`;
  return url.pathname === '/' && !text.endsWith('/')
    ? []
    : [error(pointer, `${JSON.stringify(text)} has a path; a permission names an origin.`, `Write "${origin}".`)];
};

/** An operation of a connector may be about any page; a channel speaks with its platform. */
const checkAnywhere = (pointer: string, { operations }: Manifest, { credentials = [] }: NetworkPermission): Finding[] => {
  if (operations === undefined)
    return [
      error(
        pointer,
        'A channel cannot be granted every address.',
        `Name each origin: "${NETWORK.example}", or "{config.<field>}" for a field that holds one.`,
      ),
    ];
  return credentials.length === 0
    ? []
    : [
        error(
          pointer.replace(/url$/, 'credentials'),
          'A secret cannot go to every address.',
          'Name the origin that the credential is for in an entry of its own.',
        ),
      ];
};

const checkAddress = (pointer: string, text: string, manifest: Manifest, kind: Kind): Finding[] => {
  const name = configReference(text);
  return name === null ? checkOrigin(pointer, text, kind) : checkReference(pointer, name, manifest, kind);
};

export const addresses: Check = {
  id: 'addresses',
  check: (manifest) => {
    const { network = [], websocket = [] } = manifest.permissions ?? {};
    return [
      ...network.flatMap((permission, index) => {
        const { url, credentials = [] } = permission;
        const pointer = `/permissions/network/${index}/url`;
        if (url === '*') return checkAnywhere(pointer, manifest, permission);
        const clear =
          credentials.length > 0 && url.startsWith('http:')
            ? [warning(pointer, 'Credentials would cross the network in the clear.', `Write "${url.replace('http:', 'https:')}".`)]
            : [];
        return [...checkAddress(pointer, url, manifest, NETWORK), ...clear];
      }),
      ...websocket.flatMap(({ url }, index) => checkAddress(`/permissions/websocket/${index}/url`, url, manifest, WEBSOCKET)),
    ];
  },
};
