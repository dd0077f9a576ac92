import { Transform, type TransformCallback } from 'node:stream';

import { OperationError } from '../errors.js';
import { hasherFor } from './digest.js';

/**
 * Passes bytes on and holds the last piece back until count and hash of all of them are right, so that a
 * wrong blob never arrives whole, whatever the receiver checks. Constant memory: one piece.
 * @param name what is read, for the message
 */
export function verifying(
  name: string,
  expected: { readonly digest: string; readonly size: number },
): Transform {
  const hash = hasherFor(expected.digest);
  let held: Buffer | null = null;
  let count = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done: TransformCallback) {
      hash.update(piece);
      count += piece.length;
      const ready = held;
      held = piece;
      if (ready) this.push(ready);
      done();
    },
    flush(done: TransformCallback) {
      const algorithm = expected.digest.split(':', 1)[0] ?? '';
      const digest = `${algorithm}:${hash.digest('hex')}`;
      if (count !== expected.size || digest !== expected.digest) {
        done(
          new OperationError(
            'mismatch',
            `${name}: ${count} bytes with digest ${digest} came back where ${expected.size} were promised; ` +
              'run again; if it stays, have the registry and any proxy before it looked at',
          ),
        );
        return;
      }
      done(null, held);
    },
  });
}
