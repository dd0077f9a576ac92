import { Readable } from 'node:stream';

import { messageOf, OperationError } from '../../errors.js';
import type { Cancellation, Incoming } from './exchange.js';
import { TransportFault } from './errors.js';

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
export function checkFraming(incoming: Incoming, maxBytes: number, addressed: boolean): void {
  const { headers } = incoming;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new TransportFault(
      'encoded',
      `the body is compressed (${encoding.slice(0, 40)}) although nobody asked for it`,
    );
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) > maxBytes) {
    throw new TransportFault('too-large', `the body has ${length} bytes; at most ${maxBytes} are read`);
  }
  const framed = headers['transfer-encoding'] !== undefined || incoming.httpVersion === '2.0';
  if (length === undefined && !framed && !addressed) {
    throw new TransportFault('cut', 'the body has neither a length nor chunks, so a cut would not be seen');
  }
}

/** The body as it arrives. Throws a WireFault when it is cut short, falls silent or grows too large. */
async function* chunksOf(incoming: Incoming, limits: BodyLimits): AsyncGenerator<Buffer, void> {
  let waiting = true;
  const timer = setTimeout(() => {
    if (waiting) incoming.destroy(silent(limits));
  }, limits.idleMs);
  const unwatch = limits.cancellation.watch((reason) => incoming.destroy(reason));
  let total = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      total += chunk.length;
      limits.onBytes(chunk.length);
      if (total > limits.maxBytes) throw tooLarge(limits);
      waiting = false;
      yield chunk;
      waiting = true;
      timer.refresh();
    }
    if (!incoming.complete) throw cutShort();
  } catch (error) {
    if (!isReadToItsEnd(incoming, error)) throw cutUnlessKnown(error);
  } finally {
    clearTimeout(timer);
    unwatch();
  }
}

/** Node 24 ends the iteration over an HTTP/2 stream with this error where the stream closed before its last piece was taken. */
function isReadToItsEnd(incoming: Incoming, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' && incoming.complete && incoming.readableEnded;
}

/** An error of node's stream means that the connection ended before the body did; ours are kept as they are. */
function cutUnlessKnown(error: unknown): Error {
  if (error instanceof TransportFault || error instanceof OperationError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith('HPE_')
    ? new TransportFault('garbled', `the body is not HTTP (${code})`, { cause: error })
    : new TransportFault('cut', `the body was cut short (${code ?? messageOf(error)})`, { cause: error });
}

function cutShort(): TransportFault {
  return new TransportFault('cut', 'the body was cut short');
}

function silent({ idleMs }: BodyLimits): TransportFault {
  return new TransportFault('timeout', `the body stopped for ${idleMs / 1000} s`);
}

function tooLarge({ maxBytes }: BodyLimits): TransportFault {
  return new TransportFault('too-large', `the body has more than ${maxBytes} bytes`);
}

/** The whole body in memory. */
export async function readBody(incoming: Incoming, limits: BodyLimits): Promise<Buffer> {
  const { bytes, fault } = await gather(incoming, limits, limits.maxBytes + 1);
  if (bytes.length > limits.maxBytes) throw tooLarge(limits);
  if (fault !== null) throw fault;
  return bytes;
}

/**
 * The first `maxBytes` of a body that is only looked at for a message. Whatever is wrong with the rest is nobody's
 * concern, unless `whole`: then a body that was cut short is a fault like any other.
 */
export async function readStart(incoming: Incoming, limits: BodyLimits, whole = false): Promise<Buffer> {
  if ((incoming.headers['content-encoding'] ?? 'identity') !== 'identity') {
    incoming.destroy();
    return Buffer.alloc(0);
  }
  const { bytes, fault } = await gather(incoming, limits, limits.maxBytes);
  if (fault !== null && (whole || !(fault instanceof TransportFault))) throw fault;
  return bytes.subarray(0, limits.maxBytes);
}

interface Gathered {
  readonly bytes: Buffer;
  /** why there is no more, when that is neither the end of the body nor that there is enough */
  readonly fault: Error | null;
}

/**
 * The pieces of a body until its end, or until there are `enough` bytes. `chunksOf` could do this as well, but most
 * bodies come in one piece, and iterating over a stream for that costs more than all else that is done to a request.
 */
function gather(incoming: Incoming, limits: BodyLimits, enough: number): Promise<Gathered> {
  const parts: Buffer[] = [];
  let total = 0;
  return new Promise((resolve) => {
    let ended = false;
    const end = (fault: Error | null): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      unwatch();
      // With the fault: a connection on which nothing comes any more is not used again.
      if (!incoming.complete) incoming.destroy(fault ?? undefined);
      resolve({ bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), fault });
    };
    const timer = setTimeout(() => end(silent(limits)), limits.idleMs);
    const unwatch = limits.cancellation.watch(end);
    incoming.on('data', (chunk: Buffer) => {
      parts.push(chunk);
      total += chunk.length;
      limits.onBytes(chunk.length);
      timer.refresh();
      if (total >= enough) end(null);
    });
    const over = (): void => {
      // Every body gets here, most after their end; an error for each of them would be made in vain.
      if (!ended) end(incoming.complete ? null : cutShort());
    };
    incoming.on('end', over);
    incoming.on('error', (error) => end(cutUnlessKnown(error)));
    incoming.on('close', over);
    // The connection may have broken while a login was looked up; then no event is left to come.
    if (incoming.destroyed) over();
  });
}

/** Lets the connection go back to its agent: waits for the end of an answer that has no body (HEAD), which is what it gives. */
export function finish(incoming: Incoming): Promise<Buffer> {
  return new Promise((resolve) => {
    const end = (): void => resolve(Buffer.alloc(0));
    incoming.on('end', end);
    incoming.on('close', end);
    incoming.resume();
    // A stream of HTTP/2 may have closed while a login was looked up; then no event is left to come.
    if (incoming.destroyed || incoming.readableEnded) end();
  });
}

/** `chunksOf` as a stream. Ending it early ends the connection. `translate` turns faults into errors for callers. */
export function streamOf(
  incoming: Incoming,
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
