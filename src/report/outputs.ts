/** The outputs of the action as text (action.yml). Pure. */
import type { BuiltImages } from '../builds/build.js';
import { renderWith } from '../builds/labels.js';
import {
  type Annotation,
  annotationLines,
  labelLines,
  labelling,
  type Labelling,
  type OrReport,
} from '../builds/labels.js';
import { formatDigests, imageOf, matrix } from '../builds/machines.js';
import { nameOf } from './format.js';
import type { BuildDefaults, SourceFacts } from '../builds/model.js';
import type { Config } from '../config/model.js';
import type { Release } from '../builds/release.js';
import type { Report, ReportAction } from './model.js';
import { changed, countActions } from './report.js';

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

/**
 * The outputs of a run that ended before there was a report, such as with exit status 2: what is JSON says that there is
 * nothing, so that a workflow's fromJSON takes it.
 */
export function noOutputs(): Record<string, string> {
  const counts = countActions([]);
  const texts = ['class', 'version', 'tags', 'stable-tags', 'digest', 'labels', 'annotations', 'report'];
  return {
    ...Object.fromEntries(texts.map((name) => [name, ''])),
    digests: '{}',
    changed: 'false',
    counts: JSON.stringify(counts),
    drift: '[]',
    plan: JSON.stringify({ actions: [], counts }),
    matrix: JSON.stringify(matrix([], {})),
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
  return actions.map(nameOf).join('\n');
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

// The outputs that builds add to a report's: matrix, labels, annotations, and the digests of a partial build. Pure.

interface BuildOutputInput {
  readonly config: Pick<Config, 'runners'>;
  readonly release: Release | null;
  readonly made: BuiltImages | null;
  readonly source: SourceFacts | null;
  /** the inputs, for a run whose image another builder makes */
  readonly defaults: Pick<BuildDefaults, 'labels'>;
  /** this machine built one platform of several */
  readonly partial: boolean;
}

/** Empty texts where nothing is built; docker/build-push-action accepts them. */
export function buildOutputs(input: BuildOutputInput): Record<string, string> {
  const { config, release, made, partial } = input;
  const due = (release?.selected ?? []).filter(
    (build) => release?.states.get(imageOf(build.config))?.state === 'to-build',
  );
  const { labels, annotations } = labellingOf(input);
  return {
    matrix: JSON.stringify(matrix(due, config.runners)),
    labels: labelLines(labels),
    annotations: annotationLines(annotations),
    ...(partial ? { digests: formatDigests(made?.targets ?? []) } : {}),
  };
}

/**
 * What every image of the run is labelled and annotated with, by the same rules as in the bake definition; of several
 * images what all have in common. Without builds, what an image of another builder should get.
 */
function labellingOf({ release, source, defaults }: BuildOutputInput): Labelling {
  const resolved = release?.names.resolved ?? null;
  if (release === null || resolved === null || source === null) return { labels: {}, annotations: [] };
  const decision = { version: resolved.version ?? '', labels: resolved.labels };
  const context = { decision, facts: source, render: renderWith(resolved) };
  const entries = release.selected.map(({ config }) => config);
  const plain = { labels: defaults.labels ?? {}, annotations: {} };
  const [first = labelling(plain, context, asIs), ...others] = entries.map((entry) =>
    labelling(entry, context, asIs),
  );
  const shared = (isIn: (other: Labelling) => boolean): boolean => others.every(isIn);
  return {
    labels: Object.fromEntries(
      Object.entries(first.labels).filter(([key, value]) => shared(({ labels }) => labels[key] === value)),
    ),
    annotations: first.annotations.filter((one) =>
      shared(({ annotations }) => annotations.some((other) => isSame(one, other))),
    ),
  };
}

function isSame(a: Annotation, b: Annotation): boolean {
  return a.text === b.text && a.levels?.join() === b.levels?.join();
}

/** What cannot be used is an error where the definition is made; here it must not hide what the run did. */
const asIs: OrReport = (parsed, fallback) => (parsed.ok ? parsed.value : fallback);
