/** What the report says in words, for the terminal, the job log and the summary alike. Pure. */
import type { Input, Request } from '../request.js';
import { plural } from '../plan/decide.js';
import { whyNothing } from './nothing.js';
import type { Counts, Report, ReportAction } from './model.js';
import { carriesLate, type Outcome } from '../plan/model.js';
import { changed, countActions, reportAction } from './report.js';

/** One sentence that says what happened. */
export function headline(report: Report): string {
  const { counts } = report;
  if (report.actions.length === 0) return 'Nothing is wanted: no entry of the tag file applies to this run.';
  const parts = report.command === 'plan' ? planned(counts) : applied(report);
  const what = parts.length === 0 ? 'Nothing to do' : capital(parts.join(', '));
  // A channel that a newer version keeps from being made is kept absent; that is no tag.
  const right = report.actions.filter(({ action, digest }) => action === 'keep' && digest !== null).length;
  const kept = right > 0 ? `; ${tags(right)} already right` : '';
  return `${what}${kept}.`;
}

function planned(counts: Counts): string[] {
  return listed([
    [counts.build, (n) => `${images(n)} to build`],
    [counts.create, (n) => `${tags(n)} to create`],
    [counts.move, (n) => `${tags(n)} to move`],
    [counts.hold, (n) => `${tags(n)} on hold`],
    [counts.refuse, (n) => `${tags(n)} refused`],
  ]);
}

/** What a person is asked before a plan is carried out; null when there is nothing to write. */
export function applyQuestion(outcomes: readonly Outcome[]): string | null {
  const { build, create, move } = countActions(outcomes.map(reportAction));
  const carry = outcomes.filter(({ planned }) => carriesLate(planned)).length;
  const writes = [
    ...planned({ build, create, move, keep: 0, hold: 0, refuse: 0, failed: 0 }),
    ...(carry === 0 ? [] : [`attachments of ${tags(carry)} to check and copy`]),
  ];
  return writes.length === 0 ? null : `Apply this plan (${writes.join(', ')})?`;
}

function applied(report: Report): string[] {
  const did = (name: ReportAction['action']): number =>
    report.actions.filter(({ action, outcome }) => action === name && outcome === 'done').length;
  const builds = failedBuilds(report.actions);
  const unbuilt = report.actions.filter((action) => action.outcome === 'failed' && isUnbuilt(action));
  const undone = report.actions.filter(({ outcome, error }) => outcome === 'skipped' && error !== null);
  const failed = report.counts.failed - builds.length - unbuilt.length;
  return listed([
    [
      new Set(builds.map(({ error }) => error?.text)).size,
      (n) => (n === 1 ? 'the build' : `${n} builds`) + ' failed',
    ],
    [did('build'), (n) => `${images(n)} built`],
    [did('create'), (n) => `${tags(n)} created`],
    [did('move'), (n) => `${tags(n)} moved`],
    [report.counts.hold, (n) => `${tags(n)} on hold`],
    [report.counts.refuse, (n) => `${tags(n)} refused`],
    [failed, (n) => `${n} failed`],
    [undone.length + unbuilt.length, (n) => `${tags(n)} not written because of that`],
  ]);
}

function listed(rows: readonly (readonly [number, (count: number) => string])[]): string[] {
  return rows.filter(([count]) => count > 0).map(([count, say]) => say(count));
}

function tags(count: number): string {
  return count === 1 ? '1 tag' : `${count} tags`;
}

function images(count: number): string {
  return count === 1 ? '1 image' : `${count} images`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The builds that failed. Several have one error where one bake failed for all of them. */
export function failedBuilds(actions: readonly ReportAction[]): ReportAction[] {
  return actions.filter(({ action, outcome }) => action === 'build' && outcome === 'failed');
}

/** Is it a tag without an image, since the build failed? */
export function isUnbuilt({ action, error }: ReportAction): boolean {
  return action !== 'build' && error?.cause !== undefined;
}

/** What to do about a refusal, a hold or a failure; empty where the reason says it already. */
export function remedy(action: ReportAction): string {
  if (action.error?.cause === 'builder') return 'Fix what the build log shows, then run again.';
  if (action.error !== null) return 'Run again: finished tags are kept, and only what is missing is written.';
  if (isFollower(action)) return 'Fix what it follows; this tag then comes with it.';
  if (action.reason.cause === 'build') return '';
  switch (action.reason.code) {
    case 'different-digest':
      return `Choose a new tag, or name it in force ("${action.image}:${action.tag}") if it is really meant to move.`;
    case 'source-missing':
      return 'Check name and src_build_tag, or wait until the image is published.';
    case 'source-gone':
      return 'Nothing to fix while the tag is there.';
    case 'unknown':
      return 'Fix the login, permissions or network problem, then run again; nothing was written.';
    case 'digest-mismatch':
      return 'The source moved since it was pinned: review it, then pin again with "retag pin".';
    case 'platform-missing':
      return 'Publish the missing platform at the source, or take it out of platforms.';
    case 'attachment-missing':
      return 'Sign the source image, or set "attachments: copy".';
    case 'revision-mismatch':
      return 'Correct src_ref, or choose the build that was made from that commit.';
    case 'not-reviewed':
      return 'Plan it again on a pull request and merge that, or set "review" to "warn".';
    case 'conflicting-entries':
      return 'Keep one of the entries.';
    case 'name-taken':
      return 'Rename the branch or git tag, or change the tags of one of the two rules.';
    case 'untrusted':
      return 'Sign the source image as the rule says, or correct the rule.';
    case 'gate-pending':
      return 'A later run completes it once the gate is open.';
    case 'gate-failed':
      return 'Make the gate green, then run again.';
    case 'manual':
      return 'Run again for the same ref with the input stable: true (or --stable).';
    case 'absent':
    case 'same-digest':
    case 'newer':
    case 'older':
    case 'forced':
      return '';
  }
}

/** Is the tag refused or held only because the one that it follows, or its release, is? */
export function isFollower({ reason: { cause } }: ReportAction): boolean {
  return cause === 'follows' || cause === 'group';
}

/** `sha256:` and twelve digits: enough to tell two apart by eye. */
export function shortDigest(digest: string | null): string {
  return digest === null ? '-' : digest.slice(0, digest.indexOf(':') + 13);
}

/** What stands in the first column of a line: the action, or that it failed. */
export function verb(action: ReportAction): string {
  if (action.outcome === 'failed') return 'failed';
  return action.outcome === 'skipped' && action.error !== null ? 'skipped' : action.action;
}

/** Is it something that somebody has to fix? */
export function isBad({ action, error, reason }: ReportAction): boolean {
  return action === 'refuse' || error !== null || (action === 'hold' && reason.code === 'gate-failed');
}

/** One line for one tag, for job logs and terminals. */
export function tagLine(action: ReportAction): string {
  const target = `${action.image}:${action.tag}`;
  const { code, text } = action.error ?? action.reason;
  const from = action.source === null ? '' : ` from ${action.source}`;
  const digest = action.digest === null ? '' : ` ${shortDigest(action.digest)}`;
  return `${verb(action).padEnd(7)} ${target}${from}${digest} (${code}: ${text})`;
}

/** The last line of a run: the headline, and for a plan what would make it happen. */
export function closing(report: Report): string {
  const hint = report.command === 'plan' && changed(report) ? ' Nothing was written: this is a plan.' : '';
  return headline(report) + hint;
}

// The sentence that a run ends with, in log, summary and comment. Pure.

/** As the report has it; where no tag is wanted, with what was found instead or why there is none. */
export function closingLine(report: Report, loaded: Input, request: Request): string {
  if (request.command === 'validate') return validText(loaded, request.files.length);
  return report.actions.length === 0 ? whyNothing(report, loaded) : closing(report);
}

/** `2 promotions, 0 builds and 3 rules`, those of a preset included. */
export function contents({ config, policy }: Pick<Input, 'config' | 'policy'>): string {
  const count = (number: number, noun: string): string => `${number} ${plural(number, noun)}`;
  const rules = count(policy?.rules.length ?? 0, 'rule');
  return `${count(config.images.length, 'promotion')}, ${count(config.builds.length, 'build')} and ${rules}`;
}

function validText(loaded: Input, files: number): string {
  const what =
    files === 0 ? 'The inputs are' : files === 1 ? 'The tag file is' : `The ${files} tag files are`;
  return `${what} valid: ${contents(loaded)}.`;
}
