/** From a target to the addresses that a connection may be made to. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { classifyAddress } from './address.ts';
import { type Fault, nameTarget, type Parsed, type Target } from './target.ts';

/** All addresses of a name, in the order to be tried. Rejects when there are none. */
export type Resolver = (host: string) => Promise<readonly string[]>;

export interface Resolved {
  /** A connection goes to one of these and nowhere else. */
  addresses: readonly string[];
  /** False when only `allow_private` makes these addresses reachable. */
  isPublic: boolean;
}

/** The system's own resolver, so that `/etc/hosts` and split DNS mean what the operator expects. */
export const systemResolver: Resolver = async (host) => (await lookup(host, { all: true })).map((answer) => answer.address);

export const privateAddressFault = (target: Target): Fault => ({
  code: 'SSRF_BLOCKED',
  message: `${nameTarget(target)} is not a public address. To allow it, add the exact host:port to egress.allow_private of the security policy.`,
});

/** IPv4 first: a machine without IPv6 routes would otherwise pay a failed attempt for every new connection. */
const inOrder = (addresses: readonly string[]): string[] => [...addresses].sort((a, b) => isIP(a) - isIP(b));

/** One private answer among public ones makes the whole name private: which one a connection would take is the attacker's choice. */
export const resolveTarget = async (target: Target, resolver: Resolver): Promise<Parsed<Resolved>> => {
  let answers: readonly string[];
  try {
    answers = target.isAddress ? [target.host] : await resolver(target.host);
  } catch {
    answers = [];
  }
  const addresses = answers.filter((answer) => isIP(answer) !== 0);
  if (addresses.length === 0 || addresses.length !== answers.length) {
    return {
      ok: false,
      fault: { code: 'DNS_FAILED', message: `The name ${target.host} could not be resolved. Check its spelling and this machine's DNS.` },
    };
  }
  return {
    ok: true,
    value: { addresses: inOrder(addresses), isPublic: addresses.every((address) => classifyAddress(address) === 'public') },
  };
};
