/**
 * What a build is to Retag, as data: from the tag file's `builds` and a decision of the policy to the bake
 * definition, and from the digests that come back to one digest an image. Nothing in this folder acts.
 */
import type { BuildConfig, Class, Origin } from '../config/model.js';
import type { Location, OperationError, Parsed, Problem } from '../errors.js';
import type { Manifest } from '../oci/manifest.js';
import type { Repository } from '../oci/reference.js';
import type { Log, Registry } from '../ports.js';
import type { PlatformChoice } from './platform-stages.js';

/** What is known of the repository and commit that are built; the source of the OCI labels. */
export interface SourceFacts {
  /** 40 hex digits */
  readonly revision: string;
  /** `https://github.com/owner/name` */
  readonly url: string | null;
  /** the repository's name without its owner */
  readonly title: string | null;
  readonly description: string | null;
  /** SPDX identifier */
  readonly licenses: string | null;
  /** ISO 8601, see `createdAt` */
  readonly created: string;
  /** page of this run; becomes the provenance's builder id, as docker/build-push-action sets it */
  readonly run: string | null;
}

/** Files of the work tree that are not in its commit; paths are relative to the workspace. */
export interface Uncommitted {
  /** tracked, and changed, added or deleted */
  readonly modified: readonly string[];
  /** not tracked, and not ignored either */
  readonly untracked: readonly string[];
}

/** What the policy decided, as far as a build needs it. */
export interface BuildDecision {
  readonly class: Class;
  /** `org.opencontainers.image.version` */
  readonly version: string;
  /** `labels` of the rule that matched; values are templates */
  readonly labels: Readonly<Record<string, string>>;
}

/** Renders a template (docs/policy.md) with the fields of the decision. */
export type Render = (template: string) => Parsed<string>;

/** The action's build inputs: defaults for every entry of `builds`. Absent and empty mean "not given". */
export interface BuildDefaults {
  readonly context?: string;
  readonly file?: string;
  readonly target?: string;
  readonly platforms?: readonly string[];
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** `id=…,env=…` and `id=…,src=…` as in the tag file, or docker/build-push-action's `NAME=value` */
  readonly secrets?: readonly string[];
  readonly cacheFrom?: readonly string[];
  readonly cacheTo?: readonly string[];
  readonly provenance?: string;
  readonly sbom?: string;
}

/** One build of this run with its platforms chosen. The first of `config.names` names the build. */
export interface SelectedBuild {
  readonly config: BuildConfig;
  /** both lists are empty for an entry that names no platform: the builder's own is built and pushed */
  readonly choice: PlatformChoice;
}

/** A target of a bake file; keys are those of the bake file reference. */
export interface BakeTarget {
  readonly context: string;
  readonly dockerfile: string;
  readonly contexts?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly platforms?: readonly string[];
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: readonly string[];
  readonly attest?: readonly string[];
  readonly secret?: readonly string[];
  readonly ssh?: readonly string[];
  readonly 'cache-from'?: readonly string[];
  readonly 'cache-to'?: readonly string[];
  readonly 'no-cache'?: boolean;
  readonly pull?: boolean;
  readonly network?: string;
  readonly entitlements?: readonly string[];
  readonly 'shm-size'?: string;
  readonly ulimits?: readonly string[];
  readonly 'extra-hosts'?: Readonly<Record<string, string>>;
  readonly output: readonly string[];
}

export interface BakeFile {
  readonly group: Readonly<Record<string, { readonly targets: readonly string[] }>>;
  readonly target: Readonly<Record<string, BakeTarget>>;
}

/** A file or directory beside the context that buildx reads or writes for a build, as it is given to buildx. */
export interface PathUse {
  readonly access: 'read' | 'write';
  readonly path: string;
  /** in the tag file; null for a path that an input of the workflow names */
  readonly location: Location | null;
}

/** What Retag knows about one target that the bake file does not say. */
export interface TargetInfo {
  readonly name: string;
  /** the first name of the build, as in the tag file after registry-map */
  readonly image: string;
  readonly repository: Repository;
  /** empty: the builder's own platform */
  readonly platforms: readonly string[];
  /** false for a target that is only built, which gives no digest */
  readonly pushed: boolean;
  /** one platform of an image whose index is put together here */
  readonly split: boolean;
  readonly context: string;
  /** relative to the workspace */
  readonly dockerfile: string;
  readonly stage: string | null;
  readonly paths: readonly PathUse[];
  /** of the entry in the tag file */
  readonly origin: Origin;
}

/** A feature of buildx that a definition uses, and the release that brought it. */
export interface BuildxNeed {
  readonly version: string;
  readonly what: string;
}

/** Where a secret is read from. */
export interface SecretUse {
  readonly from: 'env' | 'file';
  /** the variable, or the path */
  readonly name: string;
  /** null for the action's input */
  readonly location: Location | null;
}

/** Everything that one `docker buildx bake` needs. `text` is what buildx reads and what is printed. */
export interface BakeDefinition {
  readonly file: BakeFile;
  readonly text: string;
  readonly targets: readonly TargetInfo[];
  /** image → annotations of the index, for an index that is joined here */
  readonly indexAnnotations: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** values of `--allow`: the paths outside the workspace that inputs name, the SSH agent, the host's network */
  readonly allow: readonly string[];
  /** the newest first */
  readonly needs: readonly BuildxNeed[];
  /** environment variables and files that secrets name; they must be there */
  readonly secrets: readonly SecretUse[];
  /** secrets that were given by value: variables to set for buildx only; never printed */
  readonly secretValues: Readonly<Record<string, string>>;
}

/** What one target gave: an image or index in the registry, by digest, without a tag. */
export interface BuiltTarget {
  readonly target: TargetInfo;
  readonly digest: string;
}

/** One image of the run as it is in the registry. */
export interface BuiltImage {
  readonly image: string;
  readonly repository: Repository;
  readonly digest: string;
  /** an index that was put together here and is to be put before its tags */
  readonly manifest: Manifest | null;
  readonly platforms: readonly string[];
}

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: OperationError };

/** What `Builder.prepare` found. */
export interface BuilderState {
  readonly name: string;
  readonly driver: string;
  /** with more than one, a build of several platforms is made one target a platform, see docs/builds.md */
  readonly nodes: number;
  /** made for this run; `close` removes it */
  readonly temporary: boolean;
  /** `0.29.1`; null when this buildx does not say */
  readonly version: string | null;
}

/** The port to docker buildx. */
export interface Builder {
  /**
   * Finds out, before anything is built, that buildx and a builder are there and can build `definition`.
   * Makes a temporary builder where the present one cannot push by digest.
   * @throws UserError for Dockerfiles, contexts and secrets that are not there or not allowed;
   *   OperationError for buildx and builders
   */
  prepare(definition: BakeDefinition): Promise<BuilderState>;
  /**
   * One `docker buildx bake`. Resolves to a digest for every pushed target.
   * @throws OperationError that names the target that failed; `cancelled` or `timeout` when the signal aborts
   */
  bake(definition: BakeDefinition): Promise<readonly BuiltTarget[]>;
  /** Removes the temporary builder, if there is one. Never throws; safe to call twice. */
  close(): Promise<void>;
}

/** How images are built in this run. */
export interface BuildSettings {
  readonly defaults: BuildDefaults;
  /** secrets of the action's inputs, where values are allowed */
  readonly inputSecrets: readonly string[];
  /** null when the commit is not known: nothing can be built */
  readonly source: SourceFacts | null;
  readonly defaultProvenance: string;
  readonly sourceDateEpoch: string | undefined;
  readonly insecure: readonly string[];
  /** build this platform alone, by digest; empty: all */
  readonly platform: string;
  /** images that other machines built, to be joined */
  readonly digests: Digests | null;
  /** snapshots may hold changes that are not committed */
  readonly allowDirty: boolean;
  /** on a pull request: build to see that it builds, and push nothing */
  readonly checkOnly?: boolean;
}

/** What builds need from outside. */
export interface BuildPorts {
  readonly registry: Registry;
  readonly log: Log;
  /** the commit that the workspace is at; null when it is no checkout of git */
  checkedOut(): Promise<string | null>;
  /** what of these files and directories of the workspace is not as the commit has it; nothing where there is no git */
  uncommitted(paths: readonly string[], commit: string): Promise<Uncommitted>;
  /** what apply would find wrong with contexts and Dockerfiles of the checkout; asks no builder */
  sources(definition: BakeDefinition): Promise<readonly Problem[]>;
  /** makes the builder when there is something to build */
  builder(): Builder;
}

/** image → platform → digest */
export type Digests = ReadonlyMap<string, ReadonlyMap<string, string>>;
