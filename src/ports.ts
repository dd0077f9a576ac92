/**
 * What the stages need from outside. Adapters (registry/, docker/, github/, git/) implement these;
 * main.ts and cli.ts build them and pass them in. A stage never sees process, network, clock or console.
 */
import type { AttachmentMode, Descriptor } from './oci/manifest.js';
import type { OperationError, Problem } from './errors.js';
import type { Manifest } from './oci/manifest.js';
import type { DigestRef, ImageRef, Repository } from './oci/reference.js';

/** Time and chance, passed in so that tests never wait and never vary. */
export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** resolves after `ms` milliseconds, rejects with the signal's reason when it aborts first */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** 0 ≤ x < 1 */
  random(): number;
}

/** How much a log takes, and in which shape. */
export interface Layout {
  /** columns of the terminal; null: lines may have any length */
  readonly width: number | null;
  /** every tag has its line, also one that is as wanted or follows another; else they are counted */
  readonly all: boolean;
  /** stages are groups that fold, so the plan and what became of it are both said */
  readonly groups: boolean;
}

/** The job log or the terminal. All foreign text is escaped by the implementation, not by callers. */
export interface Log {
  readonly layout: Layout;
  /** Runs `body` inside a collapsible group. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
  /** @param bad it tells of what failed or was refused: said with `--quiet` too */
  line(text: string, bad?: boolean): void;
  /** @param text one that stands in a file is shown with its line */
  warning(text: string | Problem): void;
  /** shown with `--verbose` or when the runner's debug logging is on */
  debug(text: string): void;
  /** the live progress line of a terminal, from here to the next line or the last of `total`; nothing elsewhere */
  progress(done: number, total: number, what: string): void;
}

/**
 * The four-state answer about a tag: absent, present (same or different is the plan's to say) or unknown.
 * `unknown` is everything that is not a clear yes or no: 401, 403, 429, 5xx, time-outs, a 404 that does
 * not come from the manifest endpoint. Nothing is ever written on `unknown`.
 */
export type TagState =
  /** `unconfirmed`: only a HEAD said so, which has no body; nothing may rest on it but a write, which looks again */
  | { readonly state: 'absent'; readonly unconfirmed?: true }
  | { readonly state: 'present'; readonly digest: string }
  | { readonly state: 'unknown'; readonly error: OperationError };

/** Is a 404 confirmed by the body of a GET at once, or by the look right before the write that it allows? */
export type Absence = 'confirmed' | 'unconfirmed';

/** What a manifest says about the image, read only when a plan needs it. */
export interface InspectedImage {
  /** `linux/amd64`, `linux/arm/v7` …; attestation children are not platforms */
  readonly platforms: readonly string[];
  /** `org.opencontainers.image.revision` of the index annotation or, failing that, of the first image's label */
  readonly revision: string | null;
  /** what the index (`of` is null) and each of its images say, when `every` revision was asked for; else empty */
  readonly revisions: readonly StatedRevision[];
}

/** The revision that one image of an index, or the index itself, says that it is made from. */
export interface StatedRevision {
  /** the platform, or the digest of an image without one; null for the index, or for an image that is no part of one */
  readonly of: string | null;
  /** annotation and label that differ are two; null: neither is there */
  readonly revision: string | null;
}

/** What of `ImageFacts` has to be read: `first` is the revision alone, `every` that of each platform too. */
export interface FactsNeed {
  readonly revision: 'first' | 'every' | null;
  readonly platforms: boolean;
}

/** What a transfer carried besides the image itself. */
export interface CopyReport {
  /** attached things found on the source (referrers and cosign tags, of index and children) */
  readonly attachmentsFound: number;
  /** of these, now at the destination (copied or there already) */
  readonly attachmentsCarried: number;
}

/** What `carry` did. */
interface CarryReport {
  readonly found: number;
  /** of these, now at the destination */
  readonly carried: number;
  /** manifests that were not there before */
  readonly written: number;
}

/** What something is attached to. */
export type SubjectDescriptor = Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;

/** One blob that is attached to an image (image-spec "Guidelines for Artifact Usage"). */
export interface Artifact {
  /** media type of the content, and type of the artifact */
  readonly type: string;
  readonly content: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Something attached to an image that may vouch for it, as bytes. Nothing of it is verified. */
export interface Candidate {
  /** what people look it up by: `sha256-….sig`, or the digest of the referrer */
  readonly name: string;
  readonly content:
    /** a Sigstore bundle of any version */
    | { readonly kind: 'bundle'; readonly bytes: Uint8Array }
    /** a layer of cosign's `.sig` or `.att` tag; the annotations hold signature, certificate and log entry */
    | {
        readonly kind: 'signature' | 'attestation';
        readonly bytes: Uint8Array;
        readonly annotations: ReadonlyMap<string, string>;
      }
    /** named in the plan and never counted: BuildKit's provenance, Notation, what cannot be read */
    | { readonly kind: 'other'; readonly why: string };
}

/** What is looked for: it decides which tags are read, and what is read first. */
export interface CandidateNeed {
  readonly signature: boolean;
  /** predicate types of statements; empty: none */
  readonly predicateTypes: readonly string[];
}

/** Requests sent so far, for the report. */
export interface HttpUsage {
  readonly requests: number;
  readonly retries: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
}

/** The one door to container registries. Every method that fails throws OperationError, except the looks. */
export interface Registry {
  /**
   * Is the tag (or digest) there? HEAD; a 404 is confirmed by the body of a GET. One request when
   * present, two when absent; with `unconfirmed` always one. Never throws for an answer of the registry.
   */
  head(ref: ImageRef, absence?: Absence): Promise<TagState>;
  /**
   * The look right before a write: like `head`, but never from a cache, and in one request when absent
   * (a GET, whose 404 has a body).
   */
  headFresh(ref: ImageRef): Promise<TagState>;
  /** GET, size-capped, hashed; a tag's Docker-Content-Digest must agree with the bytes. Code `absent` on a confirmed 404, `rejected` or `mismatch` for what cannot be copied: schema 1, too many levels of indexes. */
  manifest(ref: ImageRef): Promise<Manifest>;
  /**
   * Platforms and revision of a manifest. For the first revision it reads a child manifest and a config blob only where no
   * annotation has it, for every revision those of each platform; also the config for the platform of a single manifest.
   */
  inspect(source: Repository, manifest: Manifest, need: FactsNeed): Promise<InspectedImage>;
  /**
   * Makes everything that `manifest` refers to (children, blobs, attachments) exist in `destination`,
   * children first, mounts before uploads. The root manifest itself is not written. Nothing to do within
   * one repository. Code `mismatch`/`absent` before any write when the source is incomplete.
   */
  copyImage(
    source: DigestRef,
    manifest: Manifest,
    destination: Repository,
    attachments: AttachmentMode,
  ): Promise<CopyReport>;
  /** How many signatures, SBOMs and referrers are attached to the image and its children. */
  attached(image: DigestRef, manifest: Manifest): Promise<number>;
  /** Attaches `artifact` to an image of `repository`, by the referrers API or the fallback tag. What exists is left. */
  attach(repository: Repository, subject: SubjectDescriptor, artifact: Artifact): Promise<void>;
  /**
   * Carries what is attached to an image that both repositories have, and nothing else; what exists is left.
   * @param mode with `require` what cannot be carried is an error, else a warning
   * @returns `written` is 0 when all of it was there
   */
  carry(
    source: DigestRef,
    manifest: Manifest,
    destination: Repository,
    mode: AttachmentMode,
  ): Promise<CarryReport>;
  /**
   * What is attached to this very digest and may vouch for it, read one after another: whoever has seen enough stops, and the
   * rest costs no request. Bounded in number and bytes. Throws for faults that another run may cure.
   */
  candidates(image: DigestRef, need: CandidateNeed): AsyncIterable<Candidate>;
  /**
   * PUT of exactly `manifest.bytes` to a tag or digest. When the answer is lost or is a refusal, the tag is looked at
   * before anything else is sent: ours is success, absent may be sent again, another digest is an error.
   */
  put(ref: ImageRef, manifest: Manifest, previous: string | null): Promise<void>;
  /** All tags of a repository, paged, capped; an unknown repository has none. */
  tags(repository: Repository): Promise<readonly string[]>;
  /** The same in one request; null where that does not give all of them, or fails. */
  tagsAtOnce(repository: Repository): Promise<ReadonlySet<string> | null>;
  /** All repositories of a registry that has a catalog, as `tags`. */
  repositories(registry: string): Promise<readonly string[]>;
  usage(): HttpUsage;
  /** Ends kept-alive connections. */
  close(): void;
}
