import { OperationError } from '../../errors.js';
import { isListed, isLoopback, isPrivate } from '../hosts.js';

export const MAX_HOPS = 5;

/** 304 and 300 are answers, not redirects. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * Where an answer points, or OperationError `unsafe` when nobody should go there: another scheme than http(s), a
 * step down from https, credentials in the URL, or an address that the public internet does not route. The
 * exceptions are the host that gave the answer, loopback for a registry on loopback, and `listed` hosts.
 * Whether another host may be reached at all is the caller's to say.
 */
export function pointed(base: URL, location: string, listed: readonly string[]): URL {
  if (!URL.canParse(location, base.href)) {
    throw unsafe(base, 'an address that cannot be read', 'the registry has to be mended');
  }
  const target = new URL(location, base);
  target.hash = '';
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw unsafe(base, `a "${target.protocol}" address`, 'only http and https are followed');
  }
  if (base.protocol === 'https:' && target.protocol === 'http:') {
    throw unsafe(
      base,
      `plain http (${target.host})`,
      'the registry, or the proxy before it, has to answer with https addresses',
    );
  }
  if (target.username !== '' || target.password !== '') {
    throw unsafe(base, `${target.host} with a user name in the address`, 'the registry has to be mended');
  }
  if (isPrivate(target.hostname) && !isNear(base, target) && !isListed(target, listed)) {
    throw unsafe(
      base,
      `the private address ${target.host}`,
      `list ${target.host} in insecure-registries if it is meant`,
    );
  }
  return target;
}

/** The same, for addresses that are used like the registry itself: uploads and the next page of a list. */
export function pointedWithin(base: URL, location: string, listed: readonly string[]): URL {
  const target = pointed(base, location, listed);
  if (target.origin !== base.origin && !isListed(target, listed)) {
    throw unsafe(
      base,
      `another host (${target.host})`,
      `list ${target.host} in insecure-registries if it is meant`,
    );
  }
  return target;
}

function isNear(base: URL, target: URL): boolean {
  return target.hostname === base.hostname || (isLoopback(base.hostname) && isLoopback(target.hostname));
}

function unsafe(base: URL, what: string, next: string): OperationError {
  return new OperationError('unsafe', `${base.host} points to ${what}, which is not followed; ${next}`);
}
