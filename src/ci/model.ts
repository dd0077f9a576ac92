/** What a CI system says of a run: which ref and commit it is about, and how far the one who caused it is believed. */
import type { PullRequestFacts } from '../policy/policy.js';
import type { Environment } from '../shared/environment.js';

/**
 * How far an event is believed. `write`: somebody with write access caused it, and the system runs it at a commit of the repository.
 * `plan`: nothing is written. `anonymous`: nor is a credential used, because a stranger may have written what is checked out.
 */
export interface Trust {
  readonly level: 'write' | 'plan' | 'anonymous';
  /** a clause that says why not more; empty for `write` */
  readonly why: string;
  /** an imperative clause that says what to do, where waiting for a merge does not help */
  readonly help?: string;
}

export const TRUSTED: Trust = { level: 'write', why: '' };
export const anonymous = (why: string): Trust => ({ level: 'anonymous', why });
export const planOnly = (why: string): Trust => ({ level: 'plan', why });

export const PULL_REQUEST: Trust = planOnly('the code of a pull request was not reviewed');
export const FORK: Trust = anonymous('its code comes from a fork and was not reviewed');

/** A branch or a git tag. Everything else (`refs/pull/…`, `refs/changes/…`) is code that nobody has merged. */
export function isMergedRef(ref: string): boolean {
  return ref.startsWith('refs/heads/') || ref.startsWith('refs/tags/');
}

/** A ref and a commit, as far as one system names them. */
export interface EventFacts {
  /** null when the event is about no ref at all */
  readonly ref: string | null;
  readonly sha: string | null;
  readonly deleted: boolean;
  readonly pullRequest: PullRequestFacts | null;
  readonly trust: Trust;
  readonly defaultBranch: string | null;
  /** the ref may as well be a git tag of that name: the system does not tell */
  readonly maybeTag: boolean;
}

/** One run of a CI system, read once from its environment. */
export interface CiRun extends EventFacts {
  /** the name that people call the system by */
  readonly system: string;
  /** the forge that it says the repository is on, where that has another API than GitHub's; null: GitHub, or not known */
  readonly forge: string | null;
  /** what started the run, in the system's own word; null where it has none */
  readonly event: string | null;
  /** the commit that the system started the run for; null when it does not say */
  readonly startedFor: string | null;
  /** the variable that holds `startedFor` */
  readonly commitVariable: string;
  readonly runNumber: number | null;
  readonly runAttempt: number | null;
  /** what the run compares with: the commit that a branch was at before, or that a change goes into */
  readonly base: string | null;
  /** web address of the repository, without a slash at its end; null when it is not known */
  readonly url: string | null;
  /** web address of the run */
  readonly run: string | null;
  /** the account that started it; null where the system does not say */
  readonly actor: string | null;
  readonly description: string | null;
  /** SPDX */
  readonly licenses: string | null;
  /** false only where the system says that everybody can read the repository */
  readonly isPrivate: boolean;
  /** said in the log */
  readonly warnings: readonly string[];
}

/** A variable that is set to something. */
export function variable(env: Environment, name: string): string | null {
  const value = env[name];
  return value === undefined || value === '' ? null : value;
}

/** A variable that counts something. */
export function count(env: Environment, name: string): number | null {
  const value = env[name] ?? '';
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** 40 or 64 hexadecimal digits that are not all zero (a branch that is new, a ref that is gone); else null. */
export function commit(env: Environment, name: string): string | null {
  const value = env[name] ?? '';
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value) && !/^0+$/.test(value) ? value : null;
}

/** Environments that say nothing more than these. */
export const NOTHING_KNOWN = {
  forge: null,
  event: null,
  sha: null,
  deleted: false,
  pullRequest: null,
  defaultBranch: null,
  maybeTag: false,
  startedFor: null,
  runNumber: null,
  runAttempt: null,
  base: null,
  url: null,
  run: null,
  actor: null,
  description: null,
  licenses: null,
  isPrivate: true,
  warnings: [],
} as const;
