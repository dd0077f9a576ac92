/** The outputs of the action as text (contract 7). Pure. */
import { changed } from './report.js';
import type { Report, ReportAction } from './model.js';

/** GitHub limits a job's outputs; a plan that is larger is cut to its counts and changes. */
const MOST_PLAN_BYTES = 256 * 1024;

/** Every output that a report gives; `labels`, `annotations` and `matrix` come from the builds. */
export function outputs(report: Report, reportPath: string): Record<string, string> {
  const classification = report.classification;
  const right = report.actions.filter(isRight);
  const digests = digestsOf(report.actions);
  return {
    class: classification?.class ?? '',
    version: classification?.version ?? '',
    tags: references(right),
    'stable-tags': references(right.filter(({ kind }) => kind === 'stable')),
    digest: commonDigest(report.actions, digests),
    digests: JSON.stringify(Object.fromEntries(digests)),
    changed: String(changed(report)),
    counts: JSON.stringify(report.counts),
    drift: report.drift === null ? '' : JSON.stringify(report.drift),
    plan: planOutput(report),
    report: reportPath,
  };
}

/** Is the tag right now, or would be after the plan? */
function isRight({ action, outcome, error, reason }: ReportAction): boolean {
  // An older version's channel stays with the newer one: it is right, but not a tag of this image.
  if (reason.code === 'older') return false;
  if (action === 'build' || action === 'refuse' || action === 'hold' || error !== null) return false;
  return outcome !== 'failed';
}

function references(actions: readonly ReportAction[]): string {
  return actions.map(({ image, tag }) => `${image}:${tag}`).join('\n');
}

/** Digest by image name, where all tags of the image agree on one. */
function digestsOf(actions: readonly ReportAction[]): Map<string, string> {
  const digests = new Map<string, string>();
  const several = new Set<string>();
  for (const action of actions) {
    if (action.digest === null || action.kind === 'channel' || !isRight(action)) continue;
    const known = digests.get(action.image);
    if (known !== undefined && known !== action.digest) several.add(action.image);
    digests.set(action.image, action.digest);
  }
  for (const image of several) digests.delete(image);
  return digests;
}

/**
 * The one digest of a run: of one image, or of one build in several registries. Empty as long as an image of the run has
 * another one, or none yet.
 */
function commonDigest(actions: readonly ReportAction[], digests: ReadonlyMap<string, string>): string {
  const found = new Set(actions.map(({ image }) => digests.get(image) ?? ''));
  const [only = ''] = found;
  return found.size === 1 ? only : '';
}

function planOutput(report: Report): string {
  const full = JSON.stringify({ actions: report.actions, counts: report.counts });
  if (full.length <= MOST_PLAN_BYTES && Buffer.byteLength(full) <= MOST_PLAN_BYTES) return full;
  const changes = report.actions.filter(({ action }) => action !== 'keep');
  const some: ReportAction[] = [];
  let size = 1024;
  for (const action of changes) {
    size += Buffer.byteLength(JSON.stringify(action)) + 1;
    if (size > MOST_PLAN_BYTES) break;
    some.push(action);
  }
  return JSON.stringify({
    actions: some,
    counts: report.counts,
    truncated: report.actions.length - some.length,
  });
}
