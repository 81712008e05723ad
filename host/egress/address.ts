/**
 * Which addresses a request may be sent to. Public means: of no special use in the IANA registries
 * (https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry).
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type AddressClass = 'public' | 'blocked';

const octetsOf = (high: number, low: number): number[] => [high >> 8, high & 0xff, low >> 8, low & 0xff];

const classifyIPv4 = (octets: number[]): AddressClass => (new ipaddr.IPv4(octets).range() === 'unicast' ? 'public' : 'blocked');

/**
 * ipaddr.js calls IPv4-compatible `::7f00:1` unicast, so the rule is an allow-list: 2000::/3 without its special blocks.
 * Two forms of embedded IPv4 are judged by the IPv4 address inside, because resolvers really hand them out:
 * mapped (dual-stack look-ups) and 64:ff9b::/96 (DNS64, RFC 6052). The others (compatible, translated, 6to4,
 * Teredo, local-use NAT64) stay blocked whatever they embed: no provider is reached through them, a relay inward can be.
 */
const classifyIPv6 = (address: ipaddr.IPv6): AddressClass => {
  const [first = 0, second = 0, , , universal = 0, isatap = 0, high = 0, low = 0] = address.parts;
  const range = address.range();
  const wellKnownNat64 =
    range === 'rfc6052' && first === 0x64 && second === 0xff9b && address.parts.slice(2, 6).every((part) => part === 0);
  if (range === 'ipv4Mapped' || wellKnownNat64) return classifyIPv4(octetsOf(high, low));
  if ((first & 0xe000) !== 0x2000 || range !== 'unicast') return 'blocked';
  // ISATAP (RFC 5214, section 6.1): an interface that tunnels to the IPv4 address it is named after.
  return isatap === 0x5efe && (universal & 0xfdff) === 0 ? classifyIPv4(octetsOf(high, low)) : 'public';
};

/** `::8.8.8.8` → `::808:808`: ipaddr.js reads every dotted tail as the mapped form, which is another address. */
const withoutDottedTail = (ip: string): string =>
  ip.replace(/\d+\.\d+\.\d+\.\d+$/, (tail) => {
    const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });

/**
 * Takes an address as a resolver gives it. Zone identifiers, number forms (`0x7f.1`, `2130706433`) and
 * anything that is no address at all are `blocked`.
 */
export const classifyAddress = (ip: string): AddressClass => {
  if (isIP(ip) === 0 || ip.includes('%')) return 'blocked';
  const address = ipaddr.parse(isIP(ip) === 6 ? withoutDottedTail(ip) : ip);
  return address.kind() === 'ipv4' ? classifyIPv4((address as ipaddr.IPv4).octets) : classifyIPv6(address as ipaddr.IPv6);
};
