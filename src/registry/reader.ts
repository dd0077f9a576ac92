import type { Manifest } from '../ports.js';
import { formatReference, type ImageRef, type Repository } from '../oci/reference.js';
import { once } from '../shared/concurrency.js';
import type { Descriptor } from '../oci/manifest.js';
import { readBlob, readManifest } from './read.js';
import type { Context } from './wire.js';

/** Reading of manifests and configs, each at most once a run as long as the memory below holds it. */
export interface Reader {
  /** by tag: always asked; by digest: from memory when it was read before */
  manifest(ref: ImageRef): Promise<Manifest>;
  /** a config or another small blob */
  blob(source: Repository, descriptor: Descriptor): Promise<Uint8Array>;
}

/** Bytes kept for the run. Several thousand manifests of usual size; content with a digest never goes stale. */
const MEMORY = 16 * 1024 * 1024;

/** Callers that want the same thing at the same time share one request. */
export function createReader(context: Context): Reader {
  const manifests = recent<Manifest>(MEMORY, ({ bytes }) => bytes.length);
  const blobs = recent<Uint8Array>(MEMORY / 4, (bytes) => bytes.length);
  const manifestsUnderWay = once<Manifest>(false);
  const blobsUnderWay = once<Uint8Array>(false);
  return {
    manifest(ref) {
      const key = formatReference(ref);
      const known = 'digest' in ref ? manifests.get(key) : undefined;
      if (known) return Promise.resolve(known);
      return manifestsUnderWay.run(key, async () => {
        const manifest = await readManifest(context, ref);
        const { registry, repository } = ref;
        manifests.set(formatReference({ registry, repository, digest: manifest.digest }), manifest);
        return manifest;
      });
    },
    blob(source, descriptor) {
      const key = formatReference({
        registry: source.registry,
        repository: source.repository,
        digest: descriptor.digest,
      });
      const known = blobs.get(key);
      if (known) return Promise.resolve(known);
      return blobsUnderWay.run(key, async () => {
        const bytes = await readBlob(context, source, descriptor);
        blobs.set(key, bytes);
        return bytes;
      });
    },
  };
}

interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** A memory of at most `capacity` bytes; what was not used for longest goes first. */
function recent<T>(capacity: number, sizeOf: (value: T) => number): Recent<T> {
  const entries = new Map<string, T>();
  let total = 0;
  const remove = (key: string): void => {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    total -= sizeOf(value);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      remove(key);
      entries.set(key, value);
      total += sizeOf(value);
      for (const oldest of entries.keys()) {
        if (total <= capacity) break;
        remove(oldest);
      }
    },
  };
}
