import { BlockList, isIP } from 'node:net';

/** Hosts and networks that may be asked although they are private, on any port. */
export type AllowedPlaces = { host(name: string): boolean; address(address: string): boolean };

/** Reads host names, addresses, and networks such as `10.1.0.0/16`; `unreadable` is the first that is none of them. */
export const readAllowedPlaces = (entries: readonly string[]): { places: AllowedPlaces; unreadable?: string } => {
  const names = new Set<string>();
  const networks = new BlockList();
  const unreadable = entries.find((entry) => !addNetwork(networks, entry) && !addName(names, entry));
  const places: AllowedPlaces = {
    host: (name) => names.has(name.toLowerCase()),
    address: (address) => isIP(address) !== 0 && networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6'),
  };
  return { places, ...(unreadable === undefined ? {} : { unreadable }) };
};

const addNetwork = (networks: BlockList, entry: string): boolean => {
  const [address = '', prefix, ...rest] = entry.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (version === 0 || rest.length > 0 || prefix === '' || !Number.isInteger(length)) return false;
  if (length < 0 || length > bits) return false;
  networks.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  return true;
};

const addName = (names: Set<string>, entry: string): boolean => {
  const isName = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(entry) && !/^[\d.]+$/.test(entry);
  if (isName) names.add(entry.toLowerCase());
  return isName;
};
