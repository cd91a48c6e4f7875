import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is one of the public internet, so that a provider could get there as well. Source: IANA's registries of
 * special-purpose addresses for IPv4 and IPv6. An IPv4 address inside of an IPv6 one (mapped, NAT64) is judged as itself.
 */
export const isPublicAddress = (address: string): boolean => {
  const [plain = ''] = address.split('%');
  if (isIP(plain) === 4) return !SPECIAL_IPV4.check(plain, 'ipv4');
  if (isIP(plain) !== 6) return false;
  const inside = ipv4Inside(plain);
  if (inside !== null) return isPublicAddress(inside);
  return GLOBAL_UNICAST.check(plain, 'ipv6') && !SPECIAL_IPV6.check(plain, 'ipv6');
};

const blocks = (type: 'ipv4' | 'ipv6', networks: string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), type);
  }
  return list;
};

const SPECIAL_IPV4 = blocks('ipv4', [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // behind a carrier's NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, where clouds keep their metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays, given up
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);

/** Unspecified, loopback, unique-local, link-local, multicast and all that is not assigned lie outside. */
const GLOBAL_UNICAST = blocks('ipv6', ['2000::/3']);

const SPECIAL_IPV6 = blocks('ipv6', [
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which may lead to any IPv4 address
  '3fff::/20', // documentation
]);

const MAPPED = blocks('ipv6', ['::ffff:0:0/96']);
const NAT64 = blocks('ipv6', ['64:ff9b::/96']);

const ipv4Inside = (address: string): string | null => {
  // every IPv4 rule of a BlockList fits a mapped address, but these two lists have none
  if (!MAPPED.check(address, 'ipv6') && !NAT64.check(address, 'ipv6')) return null;
  // a URL writes it in hexadecimal groups: [::ffff:7f00:1]
  const groups = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1).split(':') ?? [];
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group === '' ? '0' : group, 16));
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
};
