/** After the tags are there: the follow-up pull request and the tracking issues. */
import type { TagFile } from '../config/config.js';
import { messageOf, OperationError } from '../errors.js';
import { followUpBranch } from '../followup/followup.js';
import { followUpItems } from '../followup/items.js';
import type { GitHub } from '../github/client.js';
import type { RefFacts } from '../policy/policy.js';
import type { Log } from '../ports.js';
import type { RunResult } from '../run.js';
import { systemClock } from '../system/clock.js';
import { tagEvents, trackedImages } from '../tracking/events.js';
import { groupTracked } from '../tracking/tracking.js';

export interface AftermathParts {
  readonly github: () => Promise<GitHub>;
  readonly log: Log;
  readonly runUrl: string | null;
}

/**
 * Does what the tag file asks for once tags are right. The tags stand whatever happens here.
 * @returns true when all of it was done; else the run fails, and running again does the rest
 */
export async function aftermath(
  result: RunResult,
  files: readonly TagFile[],
  facts: RefFacts,
  parts: AftermathParts,
): Promise<boolean> {
  const followed = await attempt('the follow-up pull request', parts.log, () =>
    openFollowUp(result, files, facts, parts),
  );
  const tracked = await attempt('the tracking issues', parts.log, () => track(result, parts));
  return followed && tracked;
}

async function attempt(what: string, log: Log, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    log.warning(
      `the tags are there, but ${what} could not be brought up to date; run again to do the rest: ${messageOf(error)}`,
    );
    return false;
  }
}

async function openFollowUp(
  { config, outcomes }: RunResult,
  files: readonly TagFile[],
  facts: RefFacts,
  { github, log, runUrl }: AftermathParts,
): Promise<boolean> {
  if (!config.images.some(({ references }) => references.length > 0)) return true;
  const items = followUpItems(config.images, outcomes);
  const base = facts.kind === 'branch' ? facts.name : facts.defaultBranch;
  if (items.length === 0 || base === null) return true;
  const branch = followUpBranch(
    base,
    files.map(({ path }) => path),
  );
  const { followUp } = await import('../github/followup.js');
  const done = await followUp(await github(), { base, branch, items, runUrl });
  log.line(`Follow-up pull request: ${done.state}${done.url === null ? '' : ` ${done.url}`}`);
  if (done.notice !== null) log.line(done.notice);
  for (const { file, path, image, what, mend } of done.problems) {
    log.warning(`${file}: ${path} could not be set to ${image}: ${what}; ${mend}`);
  }
  return done.problems.length === 0;
}

async function track(
  { config, outcomes, release }: RunResult,
  { github, log, runUrl }: AftermathParts,
): Promise<boolean> {
  const { tracking } = config;
  if (tracking === undefined) return true;
  const tracked = groupTracked(tagEvents(outcomes, config, release), trackedImages(outcomes, release));
  if (tracked.length === 0) return true;
  const { syncTracking } = await import('../github/tracking.js');
  const results = await syncTracking(await github(), tracking, tracked, { now: systemClock.now(), runUrl });
  for (const { image, line, state, open, url, warnings } of results) {
    log.line(`Tracking issue of ${image} ${line}: ${state}, ${open ? 'open' : 'closed'} ${url}`);
    for (const warning of warnings) log.warning(warning);
  }
  return true;
}
