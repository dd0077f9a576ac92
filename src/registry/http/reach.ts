import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

import { OperationError } from '../../errors.js';
import { isListed, isPrivate } from '../hosts.js';

/**
 * May `url` be connected to? Gives the look-up for its name, which judges every address that the name stands for, at the moment of
 * the connection; undefined for the system's own. Behind a proxy it is the proxy that looks up.
 * @throws OperationError `unsafe` for an address that is loopback or private itself
 */
export type Reach = (url: URL) => LookupFunction | undefined;

/**
 * @param localHosts hosts that may be loopback or private; undefined: every host. Without this limit, the tag file of a stranger
 *   would make a runner read services that only the runner can reach, and show their answers.
 */
export function createReach(localHosts: readonly string[] | undefined): Reach {
  if (localHosts === undefined) return () => undefined;
  return (url) => {
    if (isListed(url, localHosts)) return undefined;
    if (isPrivate(url.hostname)) throw refused(url, 'is');
    return (hostname, options, callback) => {
      systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) callback(error, '', 0);
        // The address itself is not shown: it would tell a stranger what a name means inside this network.
        else if (addresses.some(({ address }) => isPrivate(asInUrl(address))))
          callback(refused(url, 'resolves to'), '', 0);
        else if (options.all === true) callback(null, addresses);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
      });
    };
  };
}

/** An address as `new URL()` writes a host: what hosts.ts reads. The zone of an IPv6 address names an interface of this machine. */
function asInUrl(address: string): string {
  return address.includes(':') ? new URL(`http://[${address.split('%')[0] ?? ''}]`).hostname : address;
}

function refused({ host }: URL, verb: string): OperationError {
  return new OperationError(
    'unsafe',
    `${host} ${verb} a loopback or private address, which this run must not connect to, because a stranger may have written ` +
      `the tag file; if you mean it, list it: registry-map "${host}=${host}", or insecure-registries for plain http`,
  );
}
