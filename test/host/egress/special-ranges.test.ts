/**
 * Every block of the IANA registries of special addresses, at its first, its last and an inner address, as a
 * literal and as the answer of DNS. https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry, and the multicast blocks beside them.
 */
import { describe, expect, it } from 'vitest';
import { classifyAddress } from '../../../host/egress/address.ts';
import { openEgress, toRequest, toSocket } from './harness.ts';

const IPV4 = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private use'],
  ['100.64.0.0/10', 'shared address space'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link local, and metadata services'],
  ['172.16.0.0/12', 'private use'],
  ['192.0.0.0/24', 'IETF protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'AS112'],
  ['192.52.193.0/24', 'AMT'],
  ['192.88.99.0/24', '6to4 relay anycast'],
  ['192.168.0.0/16', 'private use'],
  ['192.175.48.0/24', 'direct delegation AS112'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved, and broadcast'],
] as const;

const IPV6 = [
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'IPv4-compatible'],
  ['::ffff:0:0:0/96', 'IPv4-translated'],
  ['64:ff9b:1::/48', 'local-use NAT64'],
  ['100::/64', 'discard only'],
  ['100:0:0:1::/64', 'dummy prefix'],
  ['2001::/23', 'IETF protocol assignments, Teredo, ORCHID, benchmarking'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['2620:4f:8000::/48', 'AS112'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link local'],
  ['fec0::/10', 'site local'],
  ['ff00::/8', 'multicast'],
] as const;

const toBits = (address: string): bigint => {
  if (!address.includes(':')) return address.split('.').reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const parts = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return parts.reduce((bits, part) => (bits << 16n) | BigInt(`0x${part}`), 0n);
};
const toAddress = (bits: bigint, width: 32 | 128): string =>
  width === 32
    ? [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.')
    : Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':');

const edgesOf = (block: string): { inside: string[]; outside: string[] } => {
  const [base = '', prefix = ''] = block.split('/');
  const width = base.includes(':') ? 128 : 32;
  const size = 1n << BigInt(width - Number(prefix));
  const first = toBits(base);
  const top = 1n << BigInt(width);
  const inside = [first, first + size / 2n, first + size - 1n].map((bits) => toAddress(bits, width));
  const outside = [first - 1n, first + size].filter((bits) => bits >= 0n && bits < top).map((bits) => toAddress(bits, width));
  return { inside: [...new Set(inside)], outside };
};

const literal = (address: string): string => (address.includes(':') ? `[${address}]` : address);

describe.each([...IPV4, ...IPV6])('%s (%s)', (block) => {
  const { inside } = edgesOf(block);

  it('is not reached, by address or by a name that resolves there', async () => {
    for (const address of inside) {
      expect([address, classifyAddress(address)]).toEqual([address, 'blocked']);
      const egress = openEgress({ resolver: async () => [address] });
      expect(await egress.request(toRequest(`https://${literal(address)}/`))).toMatchObject({
        ok: false,
        code: 'SSRF_BLOCKED',
        left: false,
      });
      expect(await egress.request(toRequest('https://innocent.example/'))).toMatchObject({ ok: false, code: 'SSRF_BLOCKED', left: false });
      expect(await egress.openSocket(toSocket(address, 25))).toMatchObject({ ok: false, code: 'SSRF_BLOCKED' });
      expect(await egress.openSocket(toSocket('mail.example.com', 25))).toMatchObject({ ok: false, code: 'SSRF_BLOCKED' });
    }
  });

  it('makes a name private although its other answers are public', async () => {
    for (const address of inside) {
      for (const answers of [
        [address, '93.184.216.34'],
        ['93.184.216.34', '2606:4700:4700::1111', address],
      ]) {
        const egress = openEgress({ resolver: async () => answers });
        expect(await egress.request(toRequest('https://innocent.example/'))).toMatchObject({ code: 'SSRF_BLOCKED', left: false });
      }
    }
  });
});

it.each(IPV4)('%s (%s) is not reached through any form of IPv6 that embeds IPv4', (block) => {
  for (const address of edgesOf(block).inside) {
    const hex = toAddress(toBits(address), 128).split(':').slice(-2).join(':');
    const hexOfComplement = toAddress(toBits(address) ^ 0xffffffffn, 128)
      .split(':')
      .slice(-2)
      .join(':');
    const forms = {
      mapped: `::ffff:${hex}`,
      compatible: `::${hex}`,
      translated: `::ffff:0:${hex}`,
      NAT64: `64:ff9b::${hex}`,
      'local NAT64': `64:ff9b:1::${hex}`,
      '6to4': `2002:${hex}::1`,
      Teredo: `2001:0:5db8:d822:0:0:${hexOfComplement}`,
      ISATAP: `2606:4700:1:2:0:5efe:${hex}`,
      'universal ISATAP': `2606:4700:1:2:200:5efe:${hex}`,
    };
    for (const [form, ip] of Object.entries(forms)) expect([form, ip, classifyAddress(ip)]).toEqual([form, ip, 'blocked']);
  }
});

it('an address that resolvers really hand out passes when the IPv4 address in it is public', () => {
  for (const address of ['::ffff:808:808', '64:ff9b::808:808', '2606:4700:1:2:0:5efe:808:808'])
    expect([address, classifyAddress(address)]).toEqual([address, 'public']);
});

/** The neighbours of a block, unless another block begins right there. */
const NEIGHBOURS = new Set([...IPV4, ...IPV6].flatMap(([block]) => edgesOf(block).outside));

it('what lies beside a special block is public: no block is wider than its registry says', () => {
  const blocked = [...NEIGHBOURS].filter((address) => classifyAddress(address) === 'blocked').sort();
  const lies = (address: string): string | undefined =>
    [...IPV4, ...IPV6].find(([block]) => {
      const [base = '', prefix = ''] = block.split('/');
      const width = base.includes(':') ? 128 : 32;
      if (width !== (address.includes(':') ? 128 : 32)) return false;
      return toBits(base) >> BigInt(width - Number(prefix)) === toBits(address) >> BigInt(width - Number(prefix));
    })?.[0];
  // Outside of every block, and still no place for the public: unassigned IPv6 beyond 2000::/3.
  const unassigned = blocked.filter((address) => lies(address) === undefined);
  for (const address of unassigned) expect([address, (toBits(address) >> 125n).toString()]).not.toEqual([address, '1']);
  const passing = [...NEIGHBOURS].filter((address) => classifyAddress(address) === 'public');
  expect(passing).toEqual(
    expect.arrayContaining(['9.255.255.255', '11.0.0.0', '128.0.0.0', '169.253.255.255', '172.32.0.0', '223.255.255.255']),
  );
  expect(passing.filter((address) => address.includes(':')).length).toBeGreaterThan(4);
});
