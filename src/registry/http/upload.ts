import type { ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';

import { OperationError } from '../../errors.js';

/** A body that is sent as it arrives. */
export interface Upload {
  /** bytes that the source will give, no more and no fewer */
  readonly length: number;
  readonly source: Readable;
}

interface Hooks {
  readonly onSent: (bytes: number) => void;
  readonly onProgress: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * Sends `upload` as the body of `wire`, holding back while the connection is full. A source that fails, ends
 * early or gives too much ends the request, so that the registry never takes a part for the whole.
 */
export function feed(wire: ClientRequest, upload: Upload, hooks: Hooks): { stop(): void } {
  const { source, length } = upload;
  let sent = 0;
  let ended = false;
  const wrong = (): void => {
    hooks.onError(new OperationError('mismatch', `the body to send has ${sent} bytes instead of ${length}`));
  };

  source.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    if (sent > length) {
      wrong();
      return;
    }
    hooks.onSent(chunk.length);
    hooks.onProgress();
    if (!wire.write(chunk)) source.pause();
  });
  wire.on('drain', () => {
    hooks.onProgress();
    source.resume();
  });
  source.on('end', () => {
    ended = true;
    if (sent === length) wire.end(hooks.onProgress);
    else wrong();
  });
  source.on('error', hooks.onError);
  source.on('close', () => {
    if (!ended) wrong();
  });
  return {
    stop() {
      if (ended) return;
      // The answer came before the body was all sent: the rest must not be taken for a next request.
      ended = true;
      wire.shouldKeepAlive = false;
      source.removeAllListeners('data');
      source.destroy();
    },
  };
}
