import type { AskTokenServer } from '../auth/token.js';
import { readBody } from './body.js';
import { dispatch } from './dispatch.js';
import { createPeer, type Peer } from './peer.js';
import { redactUrl } from './redact.js';
import { retrying } from './retrying.js';
import { bodyLimits, flat, type Wiring } from './wiring.js';

const MAX_BYTES = 64 * 1024;

/** Requests to token servers: retried and limited like those to registries, never redirected. */
export function createTokenClient(wiring: Wiring, peerOf: (origin: string) => Peer): AskTokenServer {
  return ({ method, url, headers, body }) =>
    retrying(
      wiring,
      peerOf(url.origin),
      { what: () => redactUrl(method, url), repeatable: true },
      async () => {
        const answer = await dispatch(wiring, peerOf(url.origin), { method, url, headers, body });
        const { incoming, status } = answer;
        try {
          return {
            status,
            headers: flat(incoming.headers),
            body: await readBody(incoming, bodyLimits(wiring, MAX_BYTES)),
          };
        } finally {
          answer.release();
        }
      },
    );
}

/** The token servers of a run, by origin. */
export function createTokenPeers(wiring: Wiring, concurrency: number): (origin: string) => Peer {
  const peers = new Map<string, Peer>();
  return (origin) => {
    let peer = peers.get(origin);
    if (!peer) {
      const { limiter } = (peer = createPeer(concurrency));
      wiring.cancellation.watch((reason) => limiter.stop(reason));
      peers.set(origin, peer);
    }
    return peer;
  };
}
