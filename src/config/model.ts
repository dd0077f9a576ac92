/**
 * The tag file as data, after parsing and before any decision. Everything keeps where it stands, so that
 * every later stage can point at the line.
 */
import type { Location, OperationError } from '../errors.js';
import type { AttachmentMode } from '../oci/manifest.js';
import type { Repository } from '../oci/reference.js';
import type { NamedCommit } from './commit.js';

/** Keys and list positions, from the thing that carries the Origin downwards. */
export type Path = readonly (string | number)[];

/** Where a piece of configuration stands. */
export interface Origin {
  /** The place of the value at `path` below this piece; of the nearest parent that exists otherwise. */
  at(...path: Path): Location;
  /** The place of the key at the end of `path`. */
  keyAt(...path: Path): Location;
  /** The place of character `offset` (0-based) inside the scalar at `path`. */
  inside(offset: number, ...path: Path): Location;
}

export type Class = 'snapshot' | 'patch' | 'final' | 'stable';
export type Stage = 'build' | 'test' | 'release';

/** A condition outside the registry that must hold before a tag is written. Exactly one of check, workflow and approvedBy is set. */
export interface Gate {
  readonly check?: string;
  /** slug of the only GitHub App whose check counts */
  readonly app?: string;
  /** OWNER/NAME */
  readonly repo?: string;
  readonly ref?: string;
  readonly workflow?: string;
  readonly branch?: string;
  readonly consecutive?: number;
  readonly approvedBy?: string;
  /** milliseconds */
  readonly greenFor?: number;
  readonly origin: Origin;
}

export type StableRule = boolean | 'manual' | { readonly requires: readonly Gate[] };

export interface RuleConfig {
  readonly class: Class;
  /** patterns; exactly one of branch and gitTag is set */
  readonly branch?: readonly string[];
  readonly gitTag?: readonly string[];
  /** templates; `tag` and `tags` of the file together */
  readonly tags: readonly string[];
  readonly stable: StableRule;
  readonly channels: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly from?: string;
  readonly fallback?: 'build';
  readonly publish: boolean;
  readonly claim?: 'git-tag';
  readonly requires: readonly Gate[];
  /** paths below it: class, branch, git_tag, tag, tags, stable, channels, labels, from … as in the file */
  readonly origin: Origin;
}

export interface ExampleConfig {
  readonly ref: string;
  readonly class: Class | null;
  readonly tags?: readonly string[];
  readonly origin: Origin;
}

/** What of a policy could not be read. That was reported, so checks that need it are left out. */
export interface Unread {
  /** by position in the file, from 0: `lost` rules are not there at all, `partial` ones lack a key that had a mistake */
  readonly rules: ReadonlyMap<number, 'lost' | 'partial'>;
  /** a setting, an unknown key, or a list that is none */
  readonly settings: boolean;
}

export interface PolicyConfig {
  /** name of a preset whose rules come after these */
  readonly preset?: string;
  /** of the preset's final and patch rules */
  readonly stable?: StableRule;
  readonly stableSuffix?: string;
  readonly timezone?: string;
  readonly unmatched?: 'error' | 'ignore';
  readonly rules: readonly RuleConfig[];
  readonly examples: readonly ExampleConfig[];
  /** absent when all of it was read */
  readonly unread?: Unread;
  readonly origin: Origin;
}

export interface PlatformConfig {
  /** `linux/arm64` */
  readonly platform: string;
  readonly stage: Stage;
  readonly requires: readonly Gate[];
  readonly origin: Origin;
}

/** An image name as in the file, and what it means. */
export interface ImageName {
  readonly text: string;
  readonly repository: Repository;
}

/** What an entry of `builds` and one of `images` have in common. The object is its identity, from the file to the report. */
export interface Entry {
  /** counted from 1 over all tag files of a run, builds before images: its name in the report, equal to nothing in another run */
  readonly number: number;
  /** at least one */
  readonly names: readonly ImageName[];
  /** where it stands, for people */
  readonly origin: Origin;
}

export interface BuildConfig extends Entry {
  readonly context: string;
  readonly file?: string;
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildContexts: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly ssh: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly network?: string;
  readonly shmSize?: string;
  readonly ulimits: readonly string[];
  readonly addHosts: readonly string[];
  /** as buildx: `mode=max`, `true`, `false` */
  readonly provenance?: string;
  readonly sbom?: string;
  readonly platforms: readonly PlatformConfig[];
  readonly requires: readonly Gate[];
  /** keys that the entry leaves to the workflow's inputs, whose paths may lead out of the workspace */
  readonly fromInputs?: readonly ('cache_from' | 'cache_to')[];
}

interface ReferenceFile {
  readonly file: string;
  /** dotted path inside the YAML file */
  readonly path: string;
}

/** One promotion: an image that exists gets further tags. Paths below its origin: name, src_build_tag, src_ref, tags … */
export interface ImageConfig extends Entry {
  readonly srcName?: string;
  /** where the image is promoted from; without `src_name` the first of `names` */
  readonly srcRepository: Repository;
  readonly srcBuildTag?: string;
  readonly srcRef?: string;
  /** the commit that `src_ref` names; null when it names none, or is absent */
  readonly commit: NamedCommit | null;
  readonly srcDigest?: string;
  /** empty: the digest is promoted without a tag */
  readonly tags: readonly string[];
  readonly stable: boolean;
  readonly platforms: readonly string[];
  /** absent: `copy` when the tag is written, and nothing is looked for later */
  readonly attachments?: AttachmentMode;
  /** name of a rule of `trust` that must hold besides those that match the image's name */
  readonly trust?: string;
  readonly requires: readonly Gate[];
  /** why the tags of its selection are not known */
  readonly unlisted?: OperationError;
  readonly bug?: string;
  readonly references: readonly ReferenceFile[];
}

/** An expression of RE2, with the anchors that its tool adds; found anywhere in a name. */
export interface Expression {
  readonly re2: string;
  readonly origin: Origin;
}

/** Names that match an item of `allow` (of an empty list: every name), and none of `deny`. */
export interface NameFilter {
  readonly allow: readonly Expression[];
  readonly deny: readonly Expression[];
}

/** Tags that lie in one of the version ranges (of an empty list: every tag), and pass the filter. */
export interface TagFilter extends NameFilter {
  readonly ranges: readonly { readonly dialect: RangeDialect; readonly text: string }[];
}

/** Whose rules a version range follows: the library that the tool is built with. */
export type RangeDialect = 'masterminds' | 'regclient';

/** Promotions of a file of another tool whose tags have to be listed first (docs/coming-from-other-tools.md). */
export interface Selection {
  /** counted with the entries; every tag that it selects has this number in the report */
  readonly number: number;
  /** where the tags are; without `repository` every repository of the registry that `repositories` lets through */
  readonly source: { readonly text: string; readonly registry: string; readonly repository: string | null };
  readonly repositories: NameFilter;
  /** a tag is selected by any of these; none: every tag */
  readonly tags: readonly TagFilter[];
  /** repositories that get the tags; for a registry what stands before the name of each repository */
  readonly destination: string;
  readonly attachments?: AttachmentMode;
  readonly origin: Origin;
}

/** Is it an entry of `images`? */
export function isPromotion(entry: Entry): entry is ImageConfig {
  return 'srcRepository' in entry;
}

export interface TrackingConfig {
  readonly title: string;
  readonly body?: string;
  readonly labels: readonly string[];
  readonly shepherds: readonly string[];
  readonly origin: Origin;
}

/** One who may vouch for an image. Exactly one of keyless, key and github is set. */
export interface TrustAuthority {
  readonly name?: string;
  /** patterns of the whole issuer and subject of a certificate; one of them is enough */
  readonly keyless?: readonly { readonly issuer: string; readonly subject: string }[];
  /** where the public key is: a path in the workspace, the PEM itself, or the name of an environment variable; exactly one is set */
  readonly key?: { readonly file?: string; readonly data?: string; readonly env?: string };
  /** `repository` is OWNER/NAME, `workflow` a path in it or OWNER/NAME/PATH, `ref` a pattern */
  readonly github?: { readonly repository: string; readonly workflow?: string; readonly ref?: string };
  /** predicate types that must all be there, signed; empty: not written */
  readonly attestations: readonly string[];
}

/** Who must have vouched for images (docs/trust.md). Paths below its origin: name, images, authorities … as in the file */
export interface TrustRule {
  readonly name?: string;
  /** patterns of names; empty: for entries alone that name the rule */
  readonly images: readonly string[];
  /** at least one; one of them is enough */
  readonly authorities: readonly TrustAuthority[];
  /** the index, or the manifest of every platform, must be vouched for */
  readonly eachPlatform: boolean;
  readonly origin: Origin;
}

/** A file of the workspace that a key of the tag file names. */
export interface NamedFile {
  readonly path: string;
  readonly origin: Origin;
}

/** How records of what was tagged are signed; `env` is the name of the variable that holds the private key. */
export type RecordConfig = 'keyless' | { readonly env: string; readonly origin: Origin };

export const REVIEW_MODES = ['warn', 'require', 'off'] as const;
export type ReviewMode = (typeof REVIEW_MODES)[number];

/** All tag files of a run together, in order. */
export interface Config {
  readonly policy?: PolicyConfig;
  readonly builds: readonly BuildConfig[];
  readonly images: readonly ImageConfig[];
  /** what files of other tools select from a registry */
  readonly selections: readonly Selection[];
  /** platform → runner label */
  readonly runners: Readonly<Record<string, string>>;
  readonly stagePolicy: 'demote' | 'fail';
  readonly onHold: 'pass' | 'fail';
  /** what apply does with a tag that nobody saw on a pull request, or whose source moved since; absent: not written */
  readonly review?: ReviewMode;
  readonly reviewOrigin?: Origin;
  readonly tracking?: TrackingConfig;
  /** rules of all files, in order; absent: nothing is verified */
  readonly trust?: readonly TrustRule[];
  /** instead of the public good instance of Sigstore */
  readonly trustedRoot?: NamedFile;
  /** absent: off */
  readonly record?: RecordConfig;
  /** of the services that sign keyless records; absent: the public good instance of Sigstore */
  readonly signingConfig?: NamedFile;
}
