/**
 * The policy stage as data. How the flow uses it, in this order:
 *
 *   1. `compilePolicy(config.policy)` once: every problem of the policy and of its examples at once.
 *   2. `classify(policy, facts)`: which rule wins. Pure; `{seq}`, `{base}` and other unknown parts stay in braces.
 *      `requireDecision(decision)` throws when the ref cannot be used (no rule for a git tag, a day that does not exist).
 *   3. `needsOf(decision)` says what has to be looked up: `tagLists` (one list of tags per image repository, for
 *      `{seq}` and channels), `base`.
 *   4. `findBase(policy, facts)` when `needs.base`.
 *   5. when `needs.sequence`: `snapshots(policy, decision, facts, seen)` names the tags whose revision label is to
 *      be read, the newest first. If some image has one with the revision of this run, pass it on as `seen.reuse`.
 *      Otherwise, with `needs.claim`, `claimSequence(policy, decision, facts, seen, port)` gives `seen.sequence`.
 *   6. `resolveNames(policy, decision, facts, seen)`: every name is now a tag that a registry takes.
 *   7. for each channel of each image: `compareChannel(policy, resolved, channel, tagsOfThatRepository)`.
 *   8. `classificationReport(resolvedOrDecision)`: the `classification` object of the report.
 */
import type { Class, Gate, Origin, StableRule } from '../config/model.js';
import type { OperationError, Location, Problem } from '../errors.js';
import type { Pattern, Shape } from './pattern.js';
import type { Template } from './template.js';
import type { Moment } from './calendar.js';
import type { RefKind } from './refname.js';

/** What is being built, read once from the event, the environment and git. */
export interface RefFacts {
  /** `refs/heads/x`, `refs/tags/x`, `refs/pull/N/merge` … */
  readonly ref: string;
  readonly kind: RefKind;
  /** the ref without `refs/heads/` or `refs/tags/`; the whole rest after `refs/` otherwise */
  readonly name: string;
  /** 40 (or 64) hex digits; null for a ref that was deleted or cannot be resolved */
  readonly sha: string | null;
  /** name of the event that started the workflow; null outside Actions */
  readonly event: string | null;
  readonly defaultBranch: string | null;
  readonly runNumber: number | null;
  readonly runAttempt: number | null;
  /** milliseconds since the epoch; fixed once per run, so the day cannot change half-way */
  readonly time: number;
  /** commit time of `sha` in milliseconds, when git could say */
  readonly commitTime?: number | null;
  readonly deleted: boolean;
  /** every git tag of the repository; empty outside a repository. Looked up on the first call. Throws UserError when a shallow clone hides them. */
  readonly gitTags: () => Promise<readonly string[]>;
  /** git tags reachable from `sha`, the nearest first. Looked up on the first call. */
  readonly reachableTags: () => Promise<readonly string[]>;
  /** is the history cut off? false outside a repository */
  readonly shallow: () => Promise<boolean>;
  readonly pullRequest: PullRequestFacts | null;
  /** what the event and the work tree allow this run to do */
  readonly may: Permission;
  /** said in the log: what was assumed */
  readonly warnings: readonly string[];
}

/** What a run may do; `git/permission.ts` decides it. */
export interface Permission {
  /** registries, git tags, issues and comments of an apply may be written */
  readonly write: boolean;
  /** credentials of registries may be used */
  readonly credentials: boolean;
  /** hosts that no input lists may be loopback or private */
  readonly localHosts: boolean;
  /** what the run is on, for people: the event, in the CI system's own word, or where there is none the system or the machine */
  readonly on: string;
  /** a clause that says why not all of it is allowed; empty when it is */
  readonly why: string;
  /** an imperative clause that says what to do instead */
  readonly help: string;
}

export interface PullRequestFacts {
  readonly number: number;
  /** `owner/name`; null when the fork was deleted */
  readonly headRepo: string | null;
  readonly baseRepo: string;
  readonly headSha: string;
  readonly fork: boolean;
  /** its own ref, `refs/pull/12/merge` */
  readonly ref: string;
  /** what it is merged into, as `refs/heads/main`; null when the event does not say */
  readonly base: string | null;
}

/** What `classify` looks at; a RefFacts is one. */
export type ClassifyInput = Pick<RefFacts, 'kind' | 'name'> &
  Partial<Pick<RefFacts, 'ref' | 'sha' | 'time' | 'runNumber' | 'runAttempt' | 'deleted'>>;

/** A rule after checking: patterns and templates are parsed and fit each other. */
export interface CompiledRule {
  /** `wmcore/final`, or `policy/2` for the second rule of the tag file */
  readonly name: string;
  readonly class: Class;
  readonly kind: 'branch' | 'tag';
  readonly patterns: readonly Pattern[];
  /** templates of the primary tags */
  readonly tags: readonly Template[];
  readonly stable: StableRule;
  readonly channels: readonly Template[];
  readonly labels: Readonly<Record<string, Template>>;
  readonly from: Template | null;
  readonly fallback: 'build' | null;
  readonly publish: boolean;
  readonly claim: 'git-tag' | null;
  readonly requires: readonly Gate[];
  readonly origin: Origin;
  /** what tags of this rule look like: its templates read backwards */
  readonly tagPatterns: readonly Shape[];
}

/** May a rule that cannot be used win this ref, were it fixed? `winner` is the rule that wins it without. */
export type Open = (input: Pick<ClassifyInput, 'kind' | 'name'>, winner: CompiledRule | null) => boolean;

/** How tags that promotions write must look (preset `starlingx`). */
export interface PromotionRule {
  readonly preset: string;
  readonly tag: Pattern;
  /** the branches that bind the fields they share with `tag` */
  readonly branches: readonly Pattern[];
}

/** A policy that can be used. Give it to the functions of this folder; its parts are not for the flow. */
export interface CompiledPolicy {
  readonly rules: readonly CompiledRule[];
  readonly stableSuffix: string;
  readonly unmatched: { readonly branch: 'error' | 'ignore'; readonly tag: 'error' | 'ignore' };
  readonly promotion: PromotionRule | null;
  /** where the policy stands; null when it is a preset that no tag file names */
  readonly location: Location | null;
  /** every name that a template may use with some rule of this policy */
  readonly names: ReadonlySet<string>;
  /** warnings, to be shown once */
  readonly warnings: readonly Problem[];
  /** a moment in `timezone` */
  readonly calendar: (time: number) => Moment;
}

/** What the policy says of one ref, before anything is looked up. */
export interface Decision {
  /** as given, `refs/tags/2.3.4` */
  readonly ref: string;
  readonly class: Class | null;
  readonly rule: string | null;
  readonly fields: Readonly<Record<string, string>>;
  /** the field `version` where there is one, else the first primary tag */
  readonly version: string | null;
  /** primary tags; parts that are not known yet stay as `{seq:2}` */
  readonly tags: readonly string[];
  readonly stableTags: readonly string[];
  readonly channels: readonly string[];
  /** labels of the rule */
  readonly labels: Readonly<Record<string, string>>;
  /** the tag to promote instead of building */
  readonly from: string | null;
  readonly fallback: 'build' | null;
  /** false: the class is known, but nothing is built, tagged or pushed; the lists of tags are empty */
  readonly publish: boolean;
  readonly stable: StableRule;
  readonly stableSuffix: string;
  readonly claim: 'git-tag' | null;
  readonly requires: readonly Gate[];
  readonly why: string;
  /** the rules before the one that won (all of them when none did), and why each lost */
  readonly not: readonly { readonly rule: string; readonly why: string }[];
  /** when no rule matched: what the policy says about that */
  readonly unmatched: 'error' | 'ignore' | null;
  /** why this ref cannot be used at all: a day that does not exist, a tag of 129 characters … */
  readonly problems: readonly Problem[];
  /** for the functions of this folder */
  readonly matched: CompiledRule | null;
}

/** What has to be looked up before names can be resolved. */
export interface Needs {
  /** one list of tags per image repository */
  readonly tagLists: boolean;
  /** `findBase` */
  readonly base: boolean;
  /** the names hold a `{seq:N}` */
  readonly sequence: boolean;
  /** the number must be claimed as a git tag before it is used */
  readonly claim: boolean;
}

/** What was looked up. Leave out what `needsOf` did not ask for. */
export interface Seen {
  /** tags of all images of the build group together, in any order */
  readonly registryTags?: readonly string[];
  readonly gitTags?: readonly string[];
  readonly base?: string | null;
  /** a number that was claimed */
  readonly sequence?: number;
  /** the newest snapshot, when it is of this very commit: its number and day are used again */
  readonly reuse?: string;
}

/** A decision whose names are complete: every one is a tag that a registry takes. */
export interface ResolvedDecision extends Decision {
  /** renders any other template (build arguments, labels of `builds`, titles) with this run's values */
  readonly render: (text: string, location?: Location) => string;
}

/** Asks for a git tag to be made at a commit, by a call that only one of several callers can win. `sequence` is the number in it. */
export type ClaimTag = (name: string, sha: string, sequence: number) => Promise<ClaimResult>;

/**
 * `ours`: the tag was there already and is at the same commit. `taken`: it is at another one. `denied`: the job may not
 * create it; the error names the permission. (`claimTag` of src/github answers in this form.)
 */
type ClaimResult =
  | { readonly state: 'created' | 'ours' | 'taken' }
  | { readonly state: 'denied'; readonly error: OperationError };

/** How the version in hand stands to the highest one that a repository holds for a channel. */
export interface ChannelComparison {
  readonly order: 'newer' | 'same' | 'older';
  /** the highest version found, null when the repository holds none */
  readonly highest: string | null;
}

/** The `classification` object of the report (docs/report.md). */
export interface ClassificationReport {
  class: Class | null;
  rule: string | null;
  fields: Record<string, string>;
  version: string | null;
  tags: string[];
  stable_tags: string[];
  channels: string[];
  why: string;
  not: { rule: string; why: string }[];
}
