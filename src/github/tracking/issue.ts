/**
 * The door to tracking issues: what is in an issue now and what a run did → what the issue should be. Pure, and a
 * function of the two: the same run again gives the same issue and no news.
 *
 *   const tracked = groupTracked(events, facts);
 *   const results = await syncTracking(github, config.tracking, tracked, context);      // src/github/tracking.ts
 */
import type { TrackingConfig } from '../../config/model.js';
import { day, withoutSpans } from '../../shared/text.js';
import { code, escapeCell, oneLine } from '../../shared/markdown.js';
import { marker } from '../payload.js';
import { DEFAULT_BODY, DEFAULT_TITLE, issueBody, notesIn, render, valuesOf } from './body.js';
import { type TagEvent, type Tracked, trackingKey } from './events.js';
import { type Ledger, type LedgerProblem, type LedgerRow, readLedger, TRACKED_STAGES } from './ledger.js';

export { readLedger } from './ledger.js';
export type { OpenIssue } from './body.js';
export { trackingText } from './body.js';
export type { Tracked } from './events.js';
export { groupTracked } from './events.js';

/** On every tracking issue, so that they can be listed. */
export const TRACKING_LABEL = 'retag/tracking';
const MAX_TITLE = 256;

/** A tracking issue as it is on GitHub. */
interface CurrentIssue {
  readonly body: string;
  readonly state: 'open' | 'closed';
}

/** A tracking issue as it should be. Labels and assignees are those to have; others stay. */
export interface IssueDraft {
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  /** what people who follow the issue should hear, as Markdown; empty when nothing is new */
  readonly news: readonly string[];
  /** sentences for the log */
  readonly warnings: readonly string[];
}

export interface DraftContext {
  /** milliseconds since the epoch */
  readonly now: number;
  readonly runUrl: string | null;
}

/** The first line of the issue of an image and version line. */
export function trackingMarker({ image, line }: Pick<Tracked, 'image' | 'line'>): string {
  return marker('tracking', trackingKey(image, line));
}

/** @param current null when there is no issue yet */
export function draftIssue(
  current: CurrentIssue | null,
  tracked: Tracked,
  config: TrackingConfig,
  context: DraftContext,
): IssueDraft {
  const values = valuesOf(tracked);
  const before = current ? readLedger(current.body) : null;
  const { labels, cycle, warnings } = labelsOf(config, values, tracked.line);
  const added = addedRows(before?.rows ?? [], tracked.events, context);
  const ledger = nextLedger(tracked, before, added, cycle);
  const complete = ledger.done === ledger.total && ledger.problems.length === 0;
  const state = nextState(current, before, ledger, complete);
  const title = oneLine(
    render(config.title || DEFAULT_TITLE, values, (text) => text) ?? `${tracked.image}: ${tracked.line}`,
  );
  const intro = render(config.body ?? DEFAULT_BODY, values, escapeCell) ?? '';
  const notes = current ? notesIn(current.body) : '';
  return {
    title: title.length > MAX_TITLE ? `${title.slice(0, MAX_TITLE - 1)}…` : title,
    body: issueBody({
      marker: trackingMarker(tracked),
      ledger: { ...ledger, closed: complete },
      intro,
      tracked,
      notes,
    }),
    state,
    labels: [TRACKING_LABEL, ...labels],
    assignees: config.shepherds,
    news: newsOf(current, before, added, ledger, state),
    warnings:
      before === null && current !== null
        ? [...warnings, 'its record could not be read and was begun anew']
        : warnings,
  };
}

/** A warning when nobody shepherds, a hint when only one does; null when it is well. */
export function shepherdAdvice(
  config: TrackingConfig,
): { readonly level: 'warning' | 'hint'; readonly text: string } | null {
  if (config.shepherds.length === 0) {
    return {
      level: 'warning',
      text: 'nobody shepherds the tracked images; name two people under tracking.shepherds',
    };
  }
  if (config.shepherds.length > 1) return null;
  const [only = ''] = config.shepherds;
  return {
    level: 'hint',
    text: `${only} shepherds the tracked images alone; name a second person under tracking.shepherds`,
  };
}

/** A row for each tag that is there and not recorded yet with this digest. */
function addedRows(
  rows: readonly LedgerRow[],
  events: readonly TagEvent[],
  context: DraftContext,
): LedgerRow[] {
  const added: LedgerRow[] = [];
  for (const { tag, stage, digest, state } of events) {
    if (digest === null || (state !== 'written' && state !== 'kept')) continue;
    const last = [...rows, ...added].findLast((row) => row.tag === tag);
    if (last?.digest === digest || (last && state === 'kept')) continue;
    added.push({ stage, tag, digest, run: context.runUrl, date: day(context.now) });
  }
  return added;
}

function nextLedger(
  tracked: Tracked,
  before: Ledger | null,
  added: readonly LedgerRow[],
  cycle: string,
): Ledger {
  const rows = [...(before?.rows ?? []), ...added];
  const { image, line, events } = tracked;
  const found = events.flatMap((event) => problemOf(event, rows));
  const problems = [...stillOpen(before, events), ...found.map((problem) => settled(problem, before))];
  const { done, total } = progress(tracked, rows);
  return { image, line, cycle, rows, problems, done, total, closed: before?.closed ?? false };
}

/** Problems of tags that this run did not look at stay. */
function stillOpen(before: Ledger | null, events: readonly TagEvent[]): readonly LedgerProblem[] {
  const seen = new Set(events.map(({ tag }) => tag));
  return (before?.problems ?? []).filter(({ tag }) => !seen.has(tag));
}

/** A problem that only got older stays as it was recorded, so that a run each hour does not write each hour. */
function settled(problem: LedgerProblem, before: Ledger | null): LedgerProblem {
  const known = before?.problems.find(({ tag, what }) => tag === problem.tag && what === problem.what);
  return known && withoutSpans(known.why) === withoutSpans(problem.why) ? known : problem;
}

function problemOf({ tag, state, digest, why }: TagEvent, rows: readonly LedgerRow[]): LedgerProblem[] {
  if (state === 'held' || state === 'refused' || state === 'drifted') return [{ tag, what: state, why }];
  const recorded = rows.findLast((row) => row.tag === tag)?.digest;
  if (state === 'missing')
    return recorded === undefined ? [] : [{ tag, what: 'drifted', why: 'the tag is not there any more' }];
  if (digest === null || recorded === undefined || recorded === digest) return [];
  return [{ tag, what: 'drifted', why: `it points at ${digest}, and Retag recorded ${recorded}` }];
}

/**
 * Everything is there when the last stage that the policy has is reached and every platform that is released by
 * the file is released today. Earlier stages are shown, and not waited for: a version need not have a patch.
 */
function progress(
  { expected, platforms }: Tracked,
  rows: readonly LedgerRow[],
): { done: number; total: number } {
  const last = TRACKED_STAGES.findLast((stage) => expected.includes(stage));
  const released = platforms.filter(({ byFile }) => byFile === 'release');
  const reached = last !== undefined && rows.some(({ stage }) => stage === last) ? 1 : 0;
  return {
    done: reached + released.filter(({ today }) => today === 'release').length,
    total: 1 + released.length,
  };
}

/** Retag closes what is complete once, reopens it for a problem, and otherwise leaves people's choice alone. */
function nextState(
  current: CurrentIssue | null,
  before: Ledger | null,
  ledger: Ledger,
  complete: boolean,
): IssueDraft['state'] {
  const grown = ledger.rows.length > (before?.rows.length ?? 0);
  const worse = ledger.problems.length > 0 || ledger.done < (before?.done ?? 0);
  if (complete) return current?.state === 'open' && before?.closed === true && !grown ? 'open' : 'closed';
  if (current === null || worse) return 'open';
  return current.state;
}

function newsOf(
  current: CurrentIssue | null,
  before: Ledger | null,
  added: readonly LedgerRow[],
  ledger: Ledger,
  state: IssueDraft['state'],
): string[] {
  // A new issue is news enough.
  if (!current) return [];
  const known = new Set((before?.problems ?? []).map(({ tag, what }) => `${what} ${tag}`));
  const fresh = ledger.problems.filter(({ tag, what }) => !known.has(`${what} ${tag}`));
  const tags = added.map(({ tag, stage, digest }) => `${code(tag)} (${stage}) is there: ${code(digest)}`);
  const bad = fresh.map(({ tag, what, why }) => `${code(tag)} is ${WORDS[what]}: ${escapeCell(why)}`);
  const turned = current.state === state ? [] : [state === 'closed' ? 'Everything is there.' : 'Open again.'];
  return [...tags, ...bad, ...turned];
}

const WORDS = { held: 'on hold', refused: 'refused', drifted: 'not what Retag made it' } as const;

function labelsOf(config: TrackingConfig, values: Readonly<Record<string, string>>, line: string) {
  const labels: string[] = [];
  const warnings: string[] = [];
  for (const template of config.labels) {
    const label = render(template, values, (text) => text);
    if (label === null)
      warnings.push(`the label "${template}" uses a field that ${values['tag'] ?? ''} does not have`);
    // GitHub's limit; a comma would separate two labels in a query.
    else if (label.length > 50 || label.includes(',')) warnings.push(`"${oneLine(label)}" cannot be a label`);
    else labels.push(label);
  }
  return { labels, cycle: labels[0] ?? line, warnings };
}
