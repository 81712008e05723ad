import { describe, expect, test } from 'vitest';
import { classifyAddress } from '../../../host/egress/address.ts';

describe('classifyAddress', () => {
  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.168.1.1',
    '192.175.48.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
  ])('blocks the IPv4 address %s', (address) => {
    expect(classifyAddress(address)).toBe('blocked');
  });

  test.each([
    '::',
    '::1',
    '100::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'febf::1',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:2::1',
    '2001:3::1',
    '2001:4:112::1',
    '2001:10::1',
    '2001:20::1',
    '2001:30::1',
    '2001:1ff::1',
    '2001:db8::1',
    '2620:4f:8000::1',
    '3fff::1',
    '3fff:fff:ffff::1',
    '4000::1',
    '8000::1',
  ])('blocks the IPv6 address %s', (address) => {
    expect(classifyAddress(address)).toBe('blocked');
  });

  test.each([
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped, in hexadecimal', '::ffff:a9fe:a9fe'],
    ['compatible', '::7f00:1'],
    ['compatible, dotted', '::10.0.0.1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['NAT64, dotted', '64:ff9b::10.0.0.1'],
    ['local-use NAT64', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::1'],
    ['6to4 of a private network', '2002:c0a8:101::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:80ff:fffe'],
  ])('blocks a private IPv4 address embedded as %s', (_form, address) => {
    expect(classifyAddress(address)).toBe('blocked');
  });

  test.each(['64:ff9b:1::808:808', '::ffff:0:8.8.8.8', '::8.8.8.8', '2002:808:808::1'])(
    'blocks %s, a relay form that no resolver needs, whatever it embeds',
    (address) => {
      expect(classifyAddress(address)).toBe('blocked');
    },
  );

  test.each([
    '',
    'localhost',
    'example.com',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.0.0.1 ',
    '1.2.3.4.5',
    '[::1]',
    'fe80::1%eth0',
    '2606:4700::1%1',
  ])('blocks "%s", which is no plain address', (address) => {
    expect(classifyAddress(address)).toBe('blocked');
  });

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.1',
    '149.154.167.220',
    '172.15.255.255',
    '172.32.0.1',
    '192.167.255.255',
    '198.17.255.255',
    '223.255.255.255',
  ])('lets the public IPv4 address %s pass', (address) => {
    expect(classifyAddress(address)).toBe('public');
  });

  test.each(['2001:200::1', '2001:67c:4e8:f004::9', '2606:4700:4700::1111', '2a00:1450:4001::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
    'lets the public IPv6 address %s pass',
    (address) => {
      expect(classifyAddress(address)).toBe('public');
    },
  );
});
