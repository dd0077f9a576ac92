import type { Authorizer } from '../auth/authorizer.js';
import type { RegistryAddress } from '../hosts.js';
import { createPeer, type Peer } from './peer.js';
import type { Target } from './wire.js';

/** What is known about one registry in this run. */
export interface Endpoint extends Peer {
  readonly registry: string;
  readonly authorizer: Authorizer;
  /** scheme and host as they are spoken to now */
  api(): URL;
  /** the same as text; a URL puts its origin together anew each time it is asked */
  origin(): string;
  /** The scheme is a guess: plain http to loopback, until something other than a TLS server has answered. */
  isGuess(): boolean;
  /** Settles the scheme. From https there is no way back. */
  speak(scheme: 'http' | 'https'): void;
  /**
   * The first request goes alone: its answer tells the scheme and the kind of login, which the others would
   * otherwise all ask for. Gives the function that lets the others go; undefined when they are on their way already.
   */
  enter(): Promise<(() => void) | undefined> | undefined;
}

export function createEndpoint(
  registry: string,
  address: RegistryAddress,
  concurrency: number,
  authorizerOf: (api: () => URL) => Authorizer,
): Endpoint {
  let scheme = address.scheme;
  let api = new URL(`${scheme === 'https' ? 'https' : 'http'}://${address.host}`);
  let { origin } = api;
  let opened = false;
  let opening: Promise<void> | null = null;

  const lead = async (): Promise<(() => void) | undefined> => {
    while (opening) await opening;
    if (opened) return undefined;
    let release = (): void => undefined;
    opening = new Promise((resolve) => (release = resolve));
    return () => {
      opened = true;
      opening = null;
      release();
    };
  };

  return {
    ...createPeer(concurrency),
    registry,
    authorizer: authorizerOf(() => api),
    api: () => api,
    origin: () => origin,
    isGuess: () => scheme === 'either',
    speak(settled) {
      if (scheme !== 'either') return;
      scheme = settled;
      api = new URL(`${settled}://${address.host}`);
      origin = api.origin;
    },
    enter: () => (opened ? undefined : lead()),
  };
}

/** A URL taken apart for the wire. */
export function targetOf(url: URL): Target {
  const secure = url.protocol === 'https:';
  return {
    secure,
    hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: url.pathname + url.search,
  };
}
