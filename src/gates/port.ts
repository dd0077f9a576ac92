/**
 * What gates need to know from outside, and the words for it. src/github/checks.ts implements `Checks`;
 * everything else in this folder is pure but for calling it. Times are milliseconds since the epoch.
 */

/** How one check, status or workflow run stands. `skipped` is neither: it ran nothing, so it says nothing. */
export type Light = 'green' | 'pending' | 'red' | 'skipped';

/** One run of a check, one commit status or one workflow run. */
export interface Signal {
  readonly light: Light;
  /** GitHub's own word: `success`, `timed_out`, `in_progress` … */
  readonly said: string;
  /** who reports it: an app, the account that set a commit status, or a workflow; a later signal of one source replaces its earlier ones */
  readonly source: string;
  /** when it ended; when it was started or asked for, as long as it has not */
  readonly at: number;
}

/** One commit with everything of one name that was said about it, newest first, earlier re-runs included. */
export interface CommitSignals {
  readonly committedAt: number;
  readonly signals: readonly Signal[];
}

/** Newest first. `complete` is false when older ones exist that were not looked at. */
export interface CheckHistory {
  /** OWNER/NAME */
  readonly repo: string;
  /** as a person would name it: a branch or a short commit id */
  readonly ref: string;
  readonly commits: readonly CommitSignals[];
  readonly complete: boolean;
}

/** Completed runs of a workflow on a branch, newest first, without runs for pull requests and skipped runs. */
export interface RunHistory {
  readonly repo: string;
  readonly branch: string;
  readonly runs: readonly Signal[];
  readonly complete: boolean;
}

export interface Approval {
  /** login */
  readonly by: string;
  readonly via: 'review' | 'environment';
  /** GitHub gives no time for environments */
  readonly at: number | null;
}

/** Who of a team approved the change that brought an entry in. */
export interface ApprovalFacts {
  readonly approvals: readonly Approval[];
  /** the pull request that was looked at, e.g. `#12`; null when the change came without one */
  readonly pull: string | null;
  /** what does not count and why, each a phrase: an approval of an older commit, a merge into another branch */
  readonly discarded?: readonly string[];
  /** when the change was merged or pushed */
  readonly since: number;
}

export interface CheckQuery {
  readonly repo: string;
  /** a commit, branch or tag; null is the default branch */
  readonly ref: string | null;
  readonly name: string;
  /** slug of the only app that counts; absent: every source */
  readonly app?: string;
  /** how far back to look over the commits before `ref`; null looks at `ref` alone */
  readonly backTo: number | null;
}

export interface RunQuery {
  readonly repo: string;
  /** file name of the workflow, e.g. `nightly.yml` */
  readonly workflow: string;
  /** null is the default branch */
  readonly branch: string | null;
  /** how many completed runs are needed */
  readonly atLeast: number;
  /** how far back to look; null looks at `atLeast` runs */
  readonly backTo: number | null;
}

export interface ApprovalQuery {
  readonly repo: string;
  /** `team`, `org/team`, or `@login` for one person */
  readonly who: string;
  /** the commit at which the entry is in the tag file */
  readonly sha: string;
  /** the branch that the change must be merged into; absent: the default branch */
  readonly branch?: string;
  /** The tag file and how to see whether the entry is in a version of it. Absent: the change that brought `sha` itself. */
  readonly entry?: { readonly file: string; readonly contains: (text: string) => boolean };
}

/** Every method throws OperationError when GitHub gives no clear answer; a gate is then `unknown`. */
export interface Checks {
  check(query: CheckQuery): Promise<CheckHistory>;
  runs(query: RunQuery): Promise<RunHistory>;
  approvals(query: ApprovalQuery): Promise<ApprovalFacts>;
}
