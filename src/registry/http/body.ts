import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import { messageOf, OperationError } from '../../errors.js';
import type { Cancellation } from './cancellation.js';
import { WireFault } from './fault.js';

export interface BodyLimits {
  /** more bytes than this are a fault */
  readonly maxBytes: number;
  /** the longest silence, milliseconds; time in which the reader does not want more does not count */
  readonly idleMs: number;
  readonly cancellation: Cancellation;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Refuses bodies that cannot be trusted before a byte is read. `addressed`: the request named the digest, so the
 * caller's hash shows a cut that the framing cannot. Without length and chunks the end of the body is the end of
 * the connection, and that is also what a cut looks like.
 */
export function checkFraming(incoming: IncomingMessage, maxBytes: number, addressed: boolean): void {
  const { headers } = incoming;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new WireFault(
      'encoded',
      `the body is compressed (${encoding.slice(0, 40)}) although nobody asked for it`,
    );
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) > maxBytes) {
    throw new WireFault('too-large', `the body has ${length} bytes; at most ${maxBytes} are read`);
  }
  if (length === undefined && headers['transfer-encoding'] === undefined && !addressed) {
    throw new WireFault('cut', 'the body has neither a length nor chunks, so a cut would not be seen');
  }
}

/** The body as it arrives. Throws a WireFault when it is cut short, falls silent or grows too large. */
export async function* chunksOf(incoming: IncomingMessage, limits: BodyLimits): AsyncGenerator<Buffer, void> {
  let waiting = true;
  const timer = setTimeout(() => {
    if (waiting) incoming.destroy(new WireFault('timeout', `the body stopped for ${limits.idleMs / 1000} s`));
  }, limits.idleMs);
  const unwatch = limits.cancellation.watch((reason) => incoming.destroy(reason));
  let total = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      total += chunk.length;
      limits.onBytes(chunk.length);
      if (total > limits.maxBytes) {
        throw new WireFault('too-large', `the body has more than ${limits.maxBytes} bytes`);
      }
      waiting = false;
      yield chunk;
      waiting = true;
      timer.refresh();
    }
    if (!incoming.complete) throw new WireFault('cut', 'the body was cut short');
  } catch (error) {
    throw cutUnlessKnown(error);
  } finally {
    clearTimeout(timer);
    unwatch();
  }
}

/** An error of node's stream means that the connection ended before the body did; ours are kept as they are. */
function cutUnlessKnown(error: unknown): unknown {
  if (error instanceof WireFault || error instanceof OperationError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith('HPE_')
    ? new WireFault('garbled', `the body is not HTTP (${code})`, { cause: error })
    : new WireFault('cut', `the body was cut short (${code ?? messageOf(error)})`, { cause: error });
}

/** The whole body in memory. */
export async function readBody(incoming: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunksOf(incoming, limits)) parts.push(chunk);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/**
 * The first `maxBytes` of a body that is only looked at for a message. Whatever is wrong with the rest is nobody's
 * concern, unless `whole`: then a body that was cut short is a fault like any other.
 */
export async function readStart(
  incoming: IncomingMessage,
  limits: BodyLimits,
  whole = false,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  if ((incoming.headers['content-encoding'] ?? 'identity') !== 'identity') {
    incoming.destroy();
    return Buffer.alloc(0);
  }
  let total = 0;
  try {
    for await (const chunk of chunksOf(incoming, { ...limits, maxBytes: Infinity })) {
      parts.push(chunk);
      if ((total += chunk.length) >= limits.maxBytes) break;
    }
  } catch (error) {
    if (whole || !(error instanceof WireFault)) throw error;
  }
  return Buffer.concat(parts).subarray(0, limits.maxBytes);
}

/** Lets the connection go back to its agent: waits for the end of an answer that has no body (HEAD). */
export function finish(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    incoming.once('end', resolve);
    incoming.once('close', resolve);
    incoming.resume();
  });
}

/** `chunksOf` as a stream. Ending it early ends the connection. `translate` turns faults into errors for callers. */
export function streamOf(
  incoming: IncomingMessage,
  limits: BodyLimits,
  translate: (error: unknown) => unknown,
): Readable {
  const translated = async function* (): AsyncGenerator<Buffer, void> {
    try {
      yield* chunksOf(incoming, limits);
    } catch (error) {
      throw translate(error);
    }
  };
  const stream = Readable.from(translated(), { objectMode: false, highWaterMark: 256 * 1024 });
  stream.once('close', () => {
    if (!incoming.complete) incoming.destroy();
  });
  return stream;
}
