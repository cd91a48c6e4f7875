import { expect, test } from 'vitest';
import { readAllowedPlaces } from './allowed-places.ts';
import { isPublicAddress } from './public-address.ts';

test.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '2606:4700::1111', '64:ff9b::8.8.8.8'])(
  'a provider gets to %s',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.0.9', '169.254.169.254', '172.16.0.1', '172.31.255.1'],
  ...['192.0.0.8', '192.168.1.1', '198.18.0.1', '203.0.113.9', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:0:127.0.0.1'],
  ...[
    '64:ff9b::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b::',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:1::1',
    '2001:db8::1',
  ],
  ...['fc00::1', 'fd12::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '100::1', '3fff::1', '4000::1'],
  ...['', 'localhost', '127.1', '0x7f000001', '1.1.1.1.1'],
])('no provider gets to %j', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('hosts and networks that are allowed are those that were named', () => {
  const { places, unreadable } = readAllowedPlaces(['Images.Intranet', '10.1.0.0/16', '127.0.0.1', 'fd00::/8', 'nas']);
  expect(unreadable).toBeUndefined();
  expect(['images.intranet', 'nas', 'x.images.intranet', '10.1.2.3'].map((name) => places.host(name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const addresses = ['10.1.255.1', '10.2.0.1', '127.0.0.1', '127.0.0.2', 'fd01::1', '::ffff:10.1.0.1', 'nas'];
  expect(addresses.map((address) => places.address(address))).toEqual([true, false, true, false, true, true, false]);
});

test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::1/129', 'http://nas', 'nas:8080', '*.intranet', '1/2/3'])(
  '%s is neither host nor network',
  (entry) => {
    expect(readAllowedPlaces(['nas', entry]).unreadable).toBe(entry);
  },
);
