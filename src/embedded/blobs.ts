import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Content that was stored: in memory as the chunks that arrived, or in a file when it is large. */
export interface StoredBytes {
  readonly size: number;
  /** the bytes from `start` up to and without `end` */
  open(start: number, end: number): Readable;
}

/** Takes bytes as they arrive; nothing is held twice. */
export interface Sink {
  readonly size: number;
  write(chunk: Buffer): Promise<void>;
  /** Ends the writing. The digest is a sha512 when `like` is one. */
  finish(like?: string): Promise<{ readonly digest: string; readonly content: StoredBytes }>;
  discard(): Promise<void>;
}

/** `sha256:…` or, where `like` is a sha512 digest, `sha512:…` of the bytes. */
export function digestOf(content: Uint8Array, like = 'sha256:'): string {
  const algorithm = algorithmOf(like);
  return `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
}

export function inMemory(chunks: readonly Buffer[]): StoredBytes {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { size, open: (start, end) => Readable.from(slices(chunks, start, end), { objectMode: false }) };
}

/**
 * A sink that keeps up to `spillAbove` bytes in memory and moves to a file in `directory` beyond that.
 * `directory` is asked for only then.
 */
export function createSink(spillAbove: number, directory: () => Promise<string>, name: string): Sink {
  const hash = createHash('sha256');
  let chunks: Buffer[] = [];
  let size = 0;
  let file: { readonly path: string; readonly handle: FileHandle } | null = null;

  async function spill(): Promise<void> {
    const path = join(await directory(), name);
    file = { path, handle: await open(path, 'w') };
    for (const chunk of chunks) await file.handle.write(chunk);
    chunks = [];
  }

  async function discard(): Promise<void> {
    chunks = [];
    if (!file) return;
    // Closing twice is allowed: a finished sink may still turn out to be unwanted.
    await file.handle.close();
    await rm(file.path, { force: true });
  }

  return {
    get size() {
      return size;
    },
    async write(chunk) {
      hash.update(chunk);
      size += chunk.length;
      if (file) {
        await file.handle.write(chunk);
        return;
      }
      chunks.push(chunk);
      if (size > spillAbove) await spill();
    },
    async finish(like = 'sha256:') {
      const content = file ? inFile(file.path, size) : inMemory(chunks);
      const digest =
        algorithmOf(like) === 'sha512'
          ? await digestOfStream(content.open(0, size))
          : `sha256:${hash.digest('hex')}`;
      await file?.handle.close();
      return { digest, content };
    },
    discard,
  };
}

function inFile(path: string, size: number): StoredBytes {
  return {
    size,
    open: (start, end) =>
      start >= end ? Readable.from([]) : createReadStream(path, { start, end: end - 1 }),
  };
}

function* slices(chunks: readonly Buffer[], start: number, end: number): Generator<Buffer> {
  let offset = 0;
  for (const chunk of chunks) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, chunk.length);
    if (from < to) yield chunk.subarray(from, to);
    offset += chunk.length;
  }
}

async function digestOfStream(stream: Readable): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return `sha512:${hash.digest('hex')}`;
}

function algorithmOf(digest: string): 'sha256' | 'sha512' {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}
