/** Where a request wants to go: parsed once, judged by the parsed host and never by the text it came as. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { DomainRules, EgressFaultCode, EgressPolicy } from './egress.ts';

export interface Fault {
  code: EgressFaultCode;
  message: string;
}

export interface Target {
  /** `https://api.example.com`, default port left out. */
  origin: string;
  /** Path and query. */
  path: string;
  /** Without brackets and without a trailing dot. */
  host: string;
  /** `host:port` as `allow_private` writes it: the port always there, IPv6 in brackets. */
  authority: string;
  isAddress: boolean;
  url: URL;
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; fault: Fault };

const CONTROL = /[\u0000-\u001f\u007f]/;
const DEFAULT_PORT: Record<string, string> = { 'http:': '80', 'https:': '443' };

const refuse = (code: EgressFaultCode, message: string): { ok: false; fault: Fault } => ({ ok: false, fault: { code, message } });

/** How an error speaks of a target: addresses are never repeated, they may be internal ones. */
export const nameTarget = (target: Target): string => (target.isAddress ? 'the given address' : target.host);

/** `URL.canParse` first would parse twice, on every request. */
const toUrl = (text: string, base: string | undefined): URL | null => {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
};

/** `INVALID_PARAMS` for what is no plain http or https URL. WHATWG parsing turns number forms of IPv4 into dotted ones. */
export const parseTarget = (text: string, base?: string): Parsed<Target> => {
  // The URL parser drops CR, LF and tab silently: what was checked would not be what was written.
  if (CONTROL.test(text)) return refuse('INVALID_PARAMS', 'The URL holds a control character. Percent-encode it.');
  const url = toUrl(text, base);
  if (url === null) return refuse('INVALID_PARAMS', 'The URL cannot be parsed. Give an absolute http or https URL.');
  const defaultPort = DEFAULT_PORT[url.protocol];
  if (defaultPort === undefined) return refuse('INVALID_PARAMS', `The scheme ${url.protocol} is not supported. Use http or https.`);
  if (url.username !== '' || url.password !== '') {
    return refuse('INVALID_PARAMS', 'The URL holds a user name or password. Use a credential of the permission instead.');
  }
  const bare = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname.replace(/\.$/, '');
  if (bare === '' || bare.startsWith('.') || bare.includes('..'))
    return refuse('INVALID_PARAMS', 'The host name of the URL has an empty label.');
  const isAddress = isIP(bare) !== 0;
  const shown = url.hostname.startsWith('[') ? url.hostname : bare;
  return {
    ok: true,
    value: {
      origin: url.origin,
      path: url.pathname + url.search,
      host: bare,
      authority: `${shown}:${url.port === '' ? defaultPort : url.port}`,
      isAddress,
      url,
    },
  };
};

/** Whether the operator named exactly this host and port. A name does not stand for its address, nor the other way round. */
export const isAllowedPrivate = (target: Target, policy: EgressPolicy): boolean =>
  policy.allow_private.some((entry) => entry.toLowerCase() === target.authority);

const matchesDomain = (host: string, entry: string): boolean => {
  const suffix = domainToASCII(entry.replace(/^\*?\./, '').replace(/\.$/, ''));
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
};

/** Names that mean this machine or this network, whatever a resolver says. */
const isLocalName = (host: string): boolean =>
  !host.includes('.') || host === 'localhost.localdomain' || host.endsWith('.localhost') || host.endsWith('.localhost.localdomain');

const blockedBy = (target: Target, { place, blocked_domains }: DomainRules): Fault | null =>
  blocked_domains.some((entry) => matchesDomain(target.host, entry))
    ? { code: 'DOMAIN_BLOCKED', message: `${nameTarget(target)} is in ${place}.blocked_domains of the security policy.` }
    : null;

const notAllowedBy = (target: Target, { place, allowed_domains }: DomainRules): Fault | null =>
  allowed_domains.length > 0 && !allowed_domains.some((entry) => matchesDomain(target.host, entry))
    ? { code: 'DOMAIN_BLOCKED', message: `${nameTarget(target)} is not in ${place}.allowed_domains of the security policy.` }
    : null;

/** The bounds of one asker, beside what holds for all. */
export const decideDomains = (target: Target, rules: DomainRules): Fault | null => blockedBy(target, rules) ?? notAllowedBy(target, rules);

/**
 * What can be judged before any look-up. `allowed_domains` narrows public hosts only: an entry of
 * `allow_private` is already the operator's exact word. `blocked_domains` holds for both.
 */
export const decideTarget = (target: Target, policy: EgressPolicy): Fault | null => {
  const rules = { ...policy, place: 'egress' };
  const blocked = blockedBy(target, rules);
  if (blocked !== null) return blocked;
  if (isAllowedPrivate(target, policy)) return null;
  if (!target.isAddress && isLocalName(target.host)) {
    return {
      code: 'SSRF_BLOCKED',
      message: `${target.host} names this machine or its network. To allow it, add the exact host:port to egress.allow_private of the security policy.`,
    };
  }
  return notAllowedBy(target, rules);
};

/** The network mode at the door itself, whatever those who ask have looked at. */
export const decideMode = ({ network_mode = 'on' }: EgressPolicy, effect: 'read' | 'write'): Fault | null => {
  if (network_mode === 'on' || (network_mode === 'readonly' && effect === 'read')) return null;
  return { code: 'NETWORK_MODE_BLOCKED', message: `The network mode is ${network_mode}. agentos network-mode set on lets it out.` };
};
