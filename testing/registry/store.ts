import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { algorithmOf } from '../../src/oci/digest.js';

/** A manifest exactly as it was sent. */
export interface StoredManifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly digest: string;
}

/** A tag got another digest, or lost the one it had. */
export interface TagEvent {
  readonly repository: string;
  readonly tag: string;
  /** null: the tag is gone */
  readonly digest: string | null;
  readonly previous: string | null;
  /** index into the request log; null when the tag was seeded without a request */
  readonly request: number | null;
}

export interface Upload {
  readonly id: string;
  readonly repository: string;
  readonly sink: Sink;
}

interface RepositoryState {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly blobs: Set<string>;
}

/** All that the registry holds. Blobs are shared between repositories but visible only where they were linked. */
export interface Store {
  readonly history: TagEvent[];
  readonly uploads: Map<string, Upload>;
  repositories(): readonly string[];
  knows(repository: string): boolean;
  /** in the order in which they were first written */
  tags(repository: string): readonly string[];
  /** by tag or digest */
  manifest(repository: string, reference: string): StoredManifest | undefined;
  manifests(repository: string): readonly StoredManifest[];
  putManifest(repository: string, tag: string | null, manifest: StoredManifest, request: number | null): void;
  /** Removes the manifest and every tag on it. */
  deleteManifest(repository: string, digest: string, request: number | null): boolean;
  deleteTag(repository: string, tag: string, request: number | null): boolean;
  blob(repository: string, digest: string): StoredBytes | undefined;
  putBlob(repository: string, digest: string, content: StoredBytes): void;
  linkBlob(from: string, to: string, digest: string): boolean;
  unlinkBlob(repository: string, digest: string): boolean;
  startUpload(repository: string): Upload;
  newSink(): Sink;
  /** Removes what was put into temporary files. */
  close(): Promise<void>;
}

/** An empty store; blobs above `spillAbove` bytes go to a directory of its own below `temporary`. */
export function createStore(spillAbove: number, temporary: string): Store {
  const repositories = new Map<string, RepositoryState>();
  const content = new Map<string, StoredBytes>();
  const uploads = new Map<string, Upload>();
  const history: TagEvent[] = [];
  let directory: Promise<string> | null = null;

  const spillDirectory = (): Promise<string> => (directory ??= mkdtemp(join(temporary, 'retag-registry-')));
  const newSink = (): Sink => createSink(spillAbove, spillDirectory, randomUUID());

  function ensure(name: string): RepositoryState {
    const known = repositories.get(name);
    if (known) return known;
    const fresh = {
      manifests: new Map<string, StoredManifest>(),
      tags: new Map<string, string>(),
      blobs: new Set<string>(),
    };
    repositories.set(name, fresh);
    return fresh;
  }

  function setTag(repository: string, tag: string, digest: string | null, request: number | null): void {
    const { tags } = ensure(repository);
    const previous = tags.get(tag) ?? null;
    if (digest === null) tags.delete(tag);
    else tags.set(tag, digest);
    if (previous !== digest) history.push({ repository, tag, digest, previous, request });
  }

  return {
    history,
    uploads,
    repositories: () => [...repositories.keys()],
    knows: (repository) => repositories.has(repository),
    tags: (repository) => [...(repositories.get(repository)?.tags.keys() ?? [])],
    manifest(repository, reference) {
      const state = repositories.get(repository);
      return state?.manifests.get(state.tags.get(reference) ?? reference);
    },
    manifests: (repository) => [...(repositories.get(repository)?.manifests.values() ?? [])],
    putManifest(repository, tag, manifest, request) {
      ensure(repository).manifests.set(manifest.digest, manifest);
      if (tag !== null) setTag(repository, tag, manifest.digest, request);
    },
    deleteManifest(repository, digest, request) {
      const state = repositories.get(repository);
      if (!state?.manifests.delete(digest)) return false;
      for (const [tag, target] of [...state.tags]) {
        if (target === digest) setTag(repository, tag, null, request);
      }
      return true;
    },
    deleteTag(repository, tag, request) {
      if (!repositories.get(repository)?.tags.has(tag)) return false;
      setTag(repository, tag, null, request);
      return true;
    },
    blob: (repository, digest) =>
      repositories.get(repository)?.blobs.has(digest) ? content.get(digest) : undefined,
    putBlob(repository, digest, bytes) {
      if (!content.has(digest)) content.set(digest, bytes);
      ensure(repository).blobs.add(digest);
    },
    linkBlob(from, to, digest) {
      if (!repositories.get(from)?.blobs.has(digest)) return false;
      ensure(to).blobs.add(digest);
      return true;
    },
    unlinkBlob: (repository, digest) => repositories.get(repository)?.blobs.delete(digest) ?? false,
    startUpload(repository) {
      const upload = { id: randomUUID(), repository, sink: newSink() };
      uploads.set(upload.id, upload);
      return upload;
    },
    newSink,
    async close() {
      for (const upload of uploads.values()) await upload.sink.discard();
      if (directory) await rm(await directory, { recursive: true, force: true });
    },
  };
}

/** Content that was stored: in memory as the chunks that arrived, or in a file when it is large. */
interface StoredBytes {
  readonly size: number;
  /** the bytes from `start` up to and without `end` */
  open(start: number, end: number): Readable;
}

/** Takes bytes as they arrive; nothing is held twice. */
interface Sink {
  readonly size: number;
  write(chunk: Buffer): Promise<void>;
  /** Ends the writing. The digest is a sha512 when `like` is one. */
  finish(like?: string): Promise<{ readonly digest: string; readonly content: StoredBytes }>;
  discard(): Promise<void>;
}

export function inMemory(chunks: readonly Buffer[]): StoredBytes {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { size, open: (start, end) => Readable.from(slices(chunks, start, end), { objectMode: false }) };
}

/**
 * A sink that keeps up to `spillAbove` bytes in memory and moves to a file in `directory` beyond that.
 * `directory` is asked for only then.
 */
function createSink(spillAbove: number, directory: () => Promise<string>, name: string): Sink {
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
