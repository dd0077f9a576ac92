/** After the tags are there: the follow-up pull request and the tracking issues. */
import type { TagFile } from '../config/config.js';
import { messageOf, OperationError } from '../errors.js';
import { followUpBranch, followUpItems } from '../github/follow-up/plan.js';
import type { GitHub } from '../github/client.js';
import type { Note } from '../github/output.js';
import type { RunResult } from '../run.js';
import { systemClock } from '../system/clock.js';
import { tagEvents, trackedImages } from '../github/tracking/events.js';
import { groupTracked, shepherdAdvice } from '../github/tracking/issue.js';

export interface AftermathParts {
  readonly files: readonly TagFile[];
  /** the branch whose files are set; null: not known */
  readonly base: string | null;
  readonly github: () => Promise<GitHub>;
  readonly runUrl: string | null;
}

export interface Aftermath {
  /** false: the run fails, and running again does the rest */
  readonly ok: boolean;
  /** what was done and what was not, in order */
  readonly notes: readonly Note[];
}

/** Does what the tag file asks for once tags are right. The tags stand whatever happens here. A plan does nothing but track. */
export async function aftermath(result: RunResult, parts: AftermathParts): Promise<Aftermath> {
  const applied = result.report.command === 'apply';
  const followed = applied
    ? await attempt('the follow-up pull request', applied, () => openFollowUp(result, parts))
    : [];
  const tracked = await attempt('the tracking issues', applied, () => track(result, parts));
  const notes = [...followed, ...tracked];
  return { ok: notes.every(({ level }) => level !== 'error'), notes };
}

async function attempt(what: string, applied: boolean, work: () => Promise<Note[]>): Promise<Note[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    const standing = applied ? 'the tags are there, but ' : '';
    const text = `${standing}${what} could not be brought up to date; run again to do the rest: ${messageOf(error)}`;
    return [{ level: 'error', text, url: null }];
  }
}

async function openFollowUp(
  { config, outcomes }: RunResult,
  { files, base, github, runUrl }: AftermathParts,
): Promise<Note[]> {
  const items = followUpItems(config.images, outcomes);
  if (items.length === 0 || base === null) return [];
  const branch = followUpBranch(
    base,
    files.map(({ path }) => path),
  );
  const { followUp } = await import('../github/follow-up/pull-request.js');
  const { state, url, notice, problems } = await followUp(await github(), { base, branch, items, runUrl });
  return [
    { level: 'line', text: `Follow-up pull request: ${state}`, url },
    ...(notice === null ? [] : [{ level: 'warning' as const, text: notice, url: null }]),
    ...problems.map(({ file, path, image, what, mend }) => ({
      level: 'error' as const,
      text: `the tags are there, but ${file}: ${path} could not be set to ${image}: ${what}; ${mend}`,
      url: null,
    })),
  ];
}

async function track(
  { config, outcomes, release, report }: RunResult,
  { github, runUrl }: AftermathParts,
): Promise<Note[]> {
  const { tracking } = config;
  if (tracking === undefined) return [];
  const events = tagEvents(outcomes, release, report.drift);
  const tracked = groupTracked(events, trackedImages(outcomes, release));
  if (tracked.length === 0) return [];
  const { syncTracking } = await import('../github/tracking/sync.js');
  const results = await syncTracking(await github(), tracking, tracked, {
    now: systemClock.now(),
    runUrl,
    create: report.command === 'apply',
  });
  const warnings = [...new Set(results.flatMap((each) => each.warnings))];
  const advice = shepherdAdvice(tracking);
  return [
    ...results.map(({ image, line, state, open, url }) => ({
      level: 'line' as const,
      text: `Tracking issue of ${image} ${line}: ${state}, ${open ? 'open' : 'closed'}`,
      url,
    })),
    ...warnings.map((text) => ({ level: 'warning' as const, text, url: null })),
    ...(advice === null
      ? []
      : [
          { level: advice.level === 'hint' ? ('line' as const) : advice.level, text: advice.text, url: null },
        ]),
  ];
}
