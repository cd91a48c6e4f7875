import type { AllowedPlaces } from './allowed-places.ts';
import { isPublicAddress } from './public-address.ts';

/** A connection that must not be made. */
export class LinkRefusedError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'LinkRefusedError';
  }
}

/** Throws LinkRefusedError where this address must not be connected to for this URL. */
export type LinkGuard = (url: URL, address: string) => void;

/** Empty: the port of the protocol. */
const PORTS = ['', '80', '443'];

/** Public addresses on the ports of the web, and what is allowed besides. */
export const createLinkGuard =
  (allowed: AllowedPlaces): LinkGuard =>
  ({ hostname, port }, address) => {
    if (allowed.host(hostname) || allowed.address(address)) return;
    if (!isPublicAddress(address)) throw new LinkRefusedError('leads into a private network, where no provider gets');
    if (!PORTS.includes(port)) throw new LinkRefusedError(`is on port ${port}, while only 80 and 443 are asked`);
  };
