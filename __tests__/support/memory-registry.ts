import { Readable } from 'node:stream';
import { OperationError, formatProblem } from '../../src/errors.js';
import type { TagState, InspectedImage, Log, Registry } from '../../src/ports.js';
import type { Manifest } from '../../src/oci/manifest.js';
import {
  formatReference,
  formatRepository,
  type ImageRef,
  type Repository,
} from '../../src/oci/reference.js';

export interface MemoryRegistry extends Registry {
  /** `reg/repo:tag` → digest */
  readonly tagged: Map<string, string>;
  /** every call in order, e.g. `put reg.example/app:1.0` */
  readonly calls: string[];
  /** runs before each call; may change `tagged`, or throw */
  before: (call: string) => void;
}

const MEDIA_TYPE = 'application/vnd.oci.image.index.v1+json';

/** A registry as a map: what the stages ask of the port, without a wire. Content is its digest's letter. */
export function memoryRegistry(
  tagged: Readonly<Record<string, string>>,
  facts: Partial<InspectedImage> = {},
): MemoryRegistry {
  const state = new Map(Object.entries(tagged));
  const calls: string[] = [];
  const call = (name: string, ref: Repository | ImageRef): string => {
    const text = `${name} ${'tag' in ref || 'digest' in ref ? formatReference(ref) : formatRepository(ref)}`;
    calls.push(text);
    registry.before(text);
    return text;
  };
  const digestAt = (ref: ImageRef): string | undefined =>
    'digest' in ref ? ref.digest : state.get(formatReference(ref));
  const look = (name: string, ref: ImageRef): Promise<TagState> => {
    try {
      call(name, ref);
    } catch (error) {
      if (error instanceof OperationError) return Promise.resolve({ state: 'unknown', error });
      throw error;
    }
    const digest = digestAt(ref);
    return Promise.resolve(digest === undefined ? { state: 'absent' } : { state: 'present', digest });
  };
  const registry: MemoryRegistry = {
    tagged: state,
    calls,
    before: () => undefined,
    head: (ref) => look('look', ref),
    headFresh: (ref) => look('lookAgain', ref),
    manifest: async (ref) => {
      call('manifest', ref);
      const digest = digestAt(ref);
      if (digest === undefined) throw new OperationError('absent', `${formatReference(ref)} does not exist`);
      return Promise.resolve({ bytes: new TextEncoder().encode(digest), mediaType: MEDIA_TYPE, digest });
    },
    inspect: (source) => {
      call('facts', source);
      return Promise.resolve({
        platforms: ['linux/amd64'],
        revision: null,
        revisions: [{ of: null, revision: facts.revision ?? null }],
        ...facts,
      });
    },
    copyImage: async (source, _manifest, destination) => {
      call(`transfer ${formatReference(source)} to`, destination);
      return Promise.resolve({
        attachmentsFound: 0,
        attachmentsCarried: 0,
      });
    },
    attached: (at) => {
      call('attached', at);
      return Promise.resolve(0);
    },
    attach: () => Promise.reject(new Error('nothing is attached in this world')),
    carry: (source, _manifest, destination) => {
      call(`carry ${formatReference(source)} to`, destination);
      return Promise.resolve({ found: 0, carried: 0, written: 0 });
    },
    candidates: (image) => {
      call('candidates', image);
      return Readable.from([]);
    },
    put: async (ref, manifest: Manifest) => {
      call('put', ref);
      state.set(formatReference(ref), manifest.digest);
      return Promise.resolve();
    },
    tagsAtOnce: () => Promise.resolve(null),
    repositories: () => Promise.resolve([]),
    tags: (repository) => {
      call('tags', repository);
      const prefix = `${formatRepository(repository)}:`;
      return Promise.resolve(
        [...state.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
      );
    },
    usage: () => ({ requests: calls.length, retries: 0, bytes_in: 0, bytes_out: 0 }),
    close: () => undefined,
  };
  return registry;
}

export interface RecordedLog extends Log {
  readonly lines: string[];
  readonly warnings: string[];
}

/** A log that keeps its lines. */
export function recordedLog(): RecordedLog {
  const lines: string[] = [];
  const warnings: string[] = [];
  return {
    lines,
    warnings,
    layout: { width: null, all: true, groups: true },
    group: (title, body) => {
      lines.push(`# ${title}`);
      return body();
    },
    line: (text) => void lines.push(text),
    warning: (text) => void warnings.push(typeof text === 'string' ? text : formatProblem(text)),
    debug: () => undefined,
    progress: () => undefined,
  };
}
