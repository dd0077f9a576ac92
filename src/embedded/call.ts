import type { Readable } from 'node:stream';

import type { ClassifiedRequest } from './classify.js';

/** One request as handlers see it. */
export interface Call extends ClassifiedRequest {
  readonly method: string;
  /** request target: path and query */
  readonly url: string;
  /** lower-case names; several values of one name joined with ", " */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
  /** index into the request log */
  readonly index: number;
}

/** The whole body, or null when it has more than `limit` bytes. */
export async function readBody(body: Readable, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not tear the connection down: the client is still owed an answer.
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > limit) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** A stream to its end, in memory. */
export async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
