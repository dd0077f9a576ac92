/** What a run is asked for, what it may act on once that is loaded, and the outside systems that it is given. */
import type { BuildPorts, BuildSettings } from './builds/model.js';
import type { TagFile } from './config/config.js';
import type { EntryChanges } from './config/entries.js';
import type { Config, ImageConfig, ReviewMode } from './config/model.js';
import type { Gatekeeper, Subject } from './gates/gates.js';
import type { Plan, WantedTag } from './plan/model.js';
import type { WantOptions } from './plan/overrides.js';
import type { ClaimTag, CompiledPolicy, RefFacts } from './policy/policy.js';
import type { Clock } from './ports.js';
import type { Recorder } from './trust/record.js';
import type { TrustSources } from './trust/material.js';
import type { CompiledRule } from './trust/rules.js';

/** What was asked for, whoever asked. */
export interface Request {
  readonly command: 'plan' | 'apply' | 'validate';
  readonly files: readonly TagFile[];
  /** the tag files whose trust rules count, where those of the run are not trusted yet; absent: `files` */
  readonly trustFiles?: readonly TagFile[] | undefined;
  /** a preset, for use without a tag file; empty: the tag file's */
  readonly policy: string;
  /** image names to build without a tag file */
  readonly images: readonly string[];
  /** promotions without a tag file */
  readonly promotions: readonly ImageConfig[];
  /** images are named, and every one is switched off: no build is looked at */
  readonly imagesDisabled: boolean;
  /** the git ref of the run; null: only promotions are looked at */
  readonly facts: RefFacts | null;
  /** the forge, where it is one whose API Retag does not use; null: GitHub, or not known */
  readonly forge: string | null;
  /** why there is no ref, as a clause */
  readonly noRef?: string | undefined;
  /** `promotions`: what this very run names, and nothing of the files */
  readonly only: 'builds' | 'images' | 'promotions' | '';
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

/** A request with every choice at its default: for promotions alone. */
export function promotionRequest(command: Request['command'], files: readonly TagFile[]): Request {
  return {
    command,
    files,
    policy: '',
    images: [],
    promotions: [],
    imagesDisabled: false,
    facts: null,
    forge: null,
    only: '',
    stable: false,
    includeStages: new Set(),
    force: [],
    registryMap: [],
    concurrency: 64,
    // In 1,400 measured races of two runs none was lost with it (docs/reliability.md).
    settle: 250,
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

/** Which parts of the tag file count in a run. */
interface Scope {
  readonly builds: boolean;
  readonly images: boolean;
}

/** What a run may act on. */
export interface Input {
  readonly request: Request;
  readonly config: Config;
  /** null when neither tag file nor inputs have one */
  readonly policy: CompiledPolicy | null;
  /** the rules of `trust`; empty: nothing is verified */
  readonly trust: readonly CompiledRule[];
  readonly scope: Scope;
  readonly options: WantOptions;
  /** the tags that promotions want */
  readonly images: readonly WantedTag[];
  /** the tags that these promotions want, within what the run looks at */
  want(entries: readonly ImageConfig[]): readonly WantedTag[];
}

/** The outside systems of a run, built by the entries. */
export interface Ports extends BuildPorts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly gatekeeper: Gatekeeper;
  /** what gates are about: a promotion by its entry and its image's revision label, or the commit of this run for nulls */
  subject(entry: ImageConfig | null, revision: string | null): Subject;
  readonly claim: ClaimTag | null;
  /** what the push or pull request touched in the tag files; null when that is not known */
  changes(config: Config): Promise<EntryChanges | null>;
  /** holds a plan that is about to be carried out to what was reviewed; without a mode nobody chose one, and it is `warn` */
  review(plan: Plan, files: readonly TagFile[], mode: ReviewMode | undefined): Promise<Plan>;
  /** who signs records as the tag file says, or checks them; null: nobody. UserError when there is no key or token to write with */
  recorder(config: Config, purpose: 'write' | 'check'): Promise<Recorder | null>;
  /** reads public keys and trusted roots; absent: this run has no trust rules */
  readonly trust?: TrustSources;
  /** asks a person whether the plan in this log is to be carried out, and rejects unless it is; absent: nobody is asked */
  readonly confirm?: ((question: string) => Promise<void>) | null;
}
