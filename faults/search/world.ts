/**
 * A repository in memory and runs of Retag on it: the flow of src/run.ts as it is, with the ports for registry, builder
 * and git as plain maps. No wire and no clock, so that thousands of runs take a second.
 */
import { Readable } from 'node:stream';
import { createHash } from 'node:crypto';

import { factsOf } from '../../__tests__/support/policies.js';
import type { Builder } from '../../src/builds/model.js';
import { OperationError, UserError } from '../../src/errors.js';
import { createGatekeeper, withoutGitHub } from '../../src/gates/gates.js';
import type { WantedTag } from '../../src/plan/model.js';
import type { Manifest } from '../../src/oci/manifest.js';
import type { Clock, Log, Registry, TagState } from '../../src/ports.js';
import { load } from '../../src/load.js';
import { type Input, type Ports, promotionRequest, type Request } from '../../src/request.js';
import { runLoaded } from '../../src/run.js';

const IMAGE = 'registry.example/app';
const INDEX = 'application/vnd.oci.image.index.v1+json';
export const FIRST_DAY = Date.UTC(2026, 10, 20, 12);

/** One tag that a run wrote, or left, and why. */
export interface TagLine {
  readonly kind: WantedTag['kind'];
  readonly tag: string;
  readonly action: string;
  readonly reason: string;
}

/** What one run did. */
export interface RunTold {
  /** null when no rule matched, and when the run stopped before */
  readonly rule: string | null;
  readonly version: string | null;
  readonly lines: readonly TagLine[];
  /** tags that were written, in order, and what they pointed at before */
  readonly writes: readonly {
    readonly tag: string;
    readonly before: string | null;
    readonly after: string;
  }[];
  readonly exitCode: number;
  /** an error that the commands would print */
  readonly refused: string | null;
}

export interface World {
  /** tag → digest */
  readonly tags: ReadonlyMap<string, string>;
  /** a tag that somebody pushed past Retag */
  strange(tag: string): void;
  /** pushes the ref to git, and runs Retag for it. @param day days since the first; @param sha the commit */
  release(ref: string, sha: string, day: number): Promise<RunTold>;
}

/** A tag file that was loaded, and the request that it was loaded with. */
export interface LoadedFile {
  readonly request: Request;
  readonly loaded: Input;
}

/**
 * @param tagFile its text, policy only
 * @throws UserError when it does not load
 */
export function loadTagFile(tagFile: string): LoadedFile {
  const files = [{ path: 'image-tags.yaml', bytes: new TextEncoder().encode(tagFile) }];
  const request = { ...promotionRequest('apply', files), facts: factsOf('refs/heads/main'), images: [IMAGE] };
  return { request, loaded: load(request) };
}

export function createWorld({ request: base, loaded }: LoadedFile): World {
  const tags = new Map<string, string>();
  const revisions = new Map<string, string | null>();
  const gitTags: string[] = [];
  let built = 0;
  let runs = 0;

  const imageOf = (revision: string | null): string => {
    built += 1;
    const digest = `sha256:${sha256(`image ${built}`)}`;
    revisions.set(digest, revision);
    return digest;
  };

  return {
    tags,
    strange: (tag) => void tags.set(tag, imageOf(null)),
    release: async (ref, sha, day) => {
      runs += 1;
      if (ref.startsWith('refs/tags/')) {
        const name = ref.slice('refs/tags/'.length);
        if (!gitTags.includes(name)) gitTags.unshift(name);
      }
      const writes: RunTold['writes'][number][] = [];
      const facts = factsOf(ref, {
        sha,
        time: FIRST_DAY + day * 86_400_000 + runs * 1000,
        runNumber: runs,
        gitTags: () => Promise.resolve(gitTags),
        reachableTags: () => Promise.resolve(gitTags),
        shallow: () => Promise.resolve(false),
      });
      const source = {
        revision: sha,
        url: null,
        title: null,
        description: null,
        licenses: null,
        created: '',
        run: null,
      };
      const request: Request = { ...base, facts, build: { ...base.build, source } };
      const { signal } = new AbortController();
      try {
        const parts: Ports = {
          registry: registryOf(tags, revisions, (tag, before, after) => writes.push({ tag, before, after })),
          log: SILENT,
          clock: clockAt(facts.time),
          signal,
          gatekeeper: createGatekeeper(withoutGitHub('there is no GitHub here'), facts.time),
          subject: () => ({ home: 'o/r', commit: { repo: 'o/r', sha } }),
          claim: null,
          checkedOut: () => Promise.resolve(null),
          uncommitted: () => Promise.resolve({ modified: [], untracked: [] }),
          sources: () => Promise.resolve([]),
          builder: () => builderOf(() => imageOf(sha)),
          changes: () => Promise.resolve(null),
          review: (plan) => Promise.resolve(plan),
          recorder: () => Promise.resolve(null),
        };
        const result = await runLoaded({ ...loaded, request }, parts);
        const { report } = result;
        return {
          rule: report.classification?.rule ?? null,
          version: report.classification?.version ?? null,
          lines: report.actions.flatMap(({ action, kind, tag, reason }) =>
            action === 'build' ? [] : [{ kind, tag, action, reason: reason.code }],
          ),
          writes,
          exitCode: result.exitCode,
          refused: null,
        };
      } catch (error) {
        // Anything else is a fault of Retag.
        if (!(error instanceof UserError) && !(error instanceof OperationError)) throw error;
        return { rule: null, version: null, lines: [], writes, exitCode: 2, refused: error.message };
      }
    },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const nothing = (): undefined => undefined;

const SILENT: Log = {
  layout: { width: null, all: true, groups: true },
  group: (_title, body) => body(),
  line: nothing,
  warning: nothing,
  debug: nothing,
  progress: nothing,
};

function clockAt(time: number): Clock {
  return { now: () => time, sleep: () => Promise.resolve(), random: () => 0 };
}

function builderOf(make: () => string): Builder {
  return {
    prepare: () =>
      Promise.resolve({
        name: 'memory',
        driver: 'test',
        nodes: 1,
        platforms: [],
        temporary: false,
        version: null,
      }),
    bake: ({ targets }) => Promise.resolve(targets.map((target) => ({ target, digest: make() }))),
    close: () => Promise.resolve(),
  };
}

function registryOf(
  tags: Map<string, string>,
  revisions: ReadonlyMap<string, string | null>,
  written: (tag: string, before: string | null, after: string) => void,
): Registry {
  const digestAt = (ref: { readonly tag: string } | { readonly digest: string }): string | undefined =>
    'digest' in ref ? (revisions.has(ref.digest) ? ref.digest : undefined) : tags.get(ref.tag);
  const head = (ref: { readonly tag: string } | { readonly digest: string }): Promise<TagState> => {
    const digest = digestAt(ref);
    return Promise.resolve(digest === undefined ? { state: 'absent' } : { state: 'present', digest });
  };
  return {
    head,
    headFresh: head,
    manifest: (ref) => {
      const digest = digestAt(ref);
      return digest === undefined
        ? Promise.reject(new OperationError('absent', 'it does not exist'))
        : Promise.resolve(manifestOf(digest));
    },
    inspect: (_source, { digest }) =>
      Promise.resolve({
        platforms: ['linux/amd64'],
        revision: revisions.get(digest) ?? null,
        revisions: [{ of: null, revision: revisions.get(digest) ?? null }],
      }),
    tagsAtOnce: () => Promise.resolve(new Set(tags.keys())),
    copyImage: () =>
      Promise.resolve({
        attachmentsFound: 0,
        attachmentsCarried: 0,
      }),
    attached: () => Promise.resolve(0),
    attach: () => Promise.reject(new Error('nothing is attached in this world')),
    carry: () => Promise.resolve({ found: 0, carried: 0, written: 0 }),
    candidates: () => Readable.from([]),
    put: (ref, { digest }) => {
      if ('tag' in ref) {
        written(ref.tag, tags.get(ref.tag) ?? null, digest);
        tags.set(ref.tag, digest);
      }
      return Promise.resolve();
    },
    tags: () => Promise.resolve([...tags.keys()]),
    repositories: () => Promise.resolve([]),
    usage: () => ({ requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 }),
    close: nothing,
  };
}

function manifestOf(digest: string): Manifest {
  return { bytes: new TextEncoder().encode(digest), mediaType: INDEX, digest };
}
