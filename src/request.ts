/** What a run is asked for, and the outside systems that it is given. */
import type { BakeDefinition, BuildDefaults, Builder, SourceFacts, Uncommitted } from './builds/model.js';
import type { Digests } from './builds/machines.js';
import type { EntryChanges } from './github/review/comment.js';
import type { TagFile } from './config/config.js';
import type { Config, ImageConfig, ReviewMode } from './config/model.js';
import type { Problem } from './errors.js';
import type { Gatekeeper, Subject } from './gates/gates.js';
import type { Plan } from './plan/model.js';
import type { Clock, Log, Registry } from './ports.js';
import type { ClaimTag, RefFacts } from './policy/policy.js';

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
}

/** What was asked for, whoever asked. */
export interface RunRequest {
  readonly command: 'plan' | 'apply' | 'validate';
  readonly files: readonly TagFile[];
  /** a preset, for use without a tag file; empty: the tag file's */
  readonly policy: string;
  /** image names to build without a tag file */
  readonly images: readonly string[];
  /** images are named, and every one is switched off: no build is looked at */
  readonly imagesDisabled: boolean;
  /** the git ref of the run; null: only promotions are looked at */
  readonly facts: RefFacts | null;
  readonly only: 'builds' | 'images' | '';
  /** stable tags that wait for somebody are written */
  readonly stable: boolean;
  readonly includeStages: ReadonlySet<string>;
  readonly force: readonly string[];
  readonly registryMap: readonly string[];
  /** overrides the tag file's; absent: not given */
  readonly review?: ReviewMode | undefined;
  readonly concurrency: number;
  /** milliseconds between a write and its read-back */
  readonly settle: number;
  /** look for drift: a plan on a schedule */
  readonly drift: boolean;
  /** exit 3 when a plan has changes */
  readonly changesAsCode: boolean;
  readonly build: BuildSettings;
}

/** The outside systems of a run, built by the entries. */
export interface RunParts {
  readonly registry: Registry;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly gatekeeper: Gatekeeper;
  /** what gates are about: a promotion by its entry and its image's revision label, or the commit of this run for nulls */
  subject(entry: ImageConfig | null, revision: string | null): Subject;
  readonly claim: ClaimTag | null;
  /** the commit that the workspace is at; null when it is no checkout of git */
  checkedOut(): Promise<string | null>;
  /** what of these files and directories of the workspace is not as its commit has it; nothing where there is no git */
  uncommitted(paths: readonly string[]): Promise<Uncommitted>;
  /** what apply would find wrong with contexts and Dockerfiles of the checkout; asks no builder */
  sources(definition: BakeDefinition): Promise<readonly Problem[]>;
  /** makes the builder when there is something to build */
  builder(): Builder;
  /** what the push or pull request touched in the tag files; null when that is not known */
  changes(config: Config): Promise<EntryChanges | null>;
  /** holds a plan that is about to be carried out to what was reviewed; without a mode nobody chose one, and it is `warn` */
  review(plan: Plan, files: readonly TagFile[], mode: ReviewMode | undefined): Promise<Plan>;
}

/** Milliseconds: in 1,400 measured races of two runs none was lost with it (docs/reliability.md). */
export const DEFAULT_SETTLE = 250;

/** A request for promotions alone, with every choice at its default. */
export function promotionRequest(command: RunRequest['command'], files: readonly TagFile[]): RunRequest {
  return {
    command,
    files,
    policy: '',
    images: [],
    imagesDisabled: false,
    facts: null,
    only: '',
    stable: false,
    includeStages: new Set(),
    force: [],
    registryMap: [],
    concurrency: 16,
    settle: DEFAULT_SETTLE,
    drift: false,
    changesAsCode: false,
    build: {
      defaults: {},
      inputSecrets: [],
      source: null,
      defaultProvenance: 'mode=min',
      sourceDateEpoch: undefined,
      insecure: [],
      platform: '',
      digests: null,
      allowDirty: false,
    },
  };
}
