/** The outputs that builds add to a report's: matrix, labels, annotations, and the digests of a partial build. Pure. */
import { formatDigests, imageOf, matrix } from '../builds/machines.js';
import {
  type Annotation,
  annotationLines,
  labelLines,
  labelling,
  type Labelling,
  type OrReport,
} from '../builds/labels.js';
import type { BuildDefaults, SourceFacts } from '../builds/model.js';
import type { Config } from '../config/model.js';
import { type Made, renderWith } from '../builds/build.js';
import type { Release } from './release.js';

export interface BuildOutputInput {
  readonly config: Pick<Config, 'runners'>;
  readonly release: Release | null;
  readonly made: Made | null;
  readonly source: SourceFacts | null;
  /** the inputs, for a run whose image another builder makes */
  readonly defaults: Pick<BuildDefaults, 'labels'>;
  /** this machine built one platform of several */
  readonly partial: boolean;
}

/** Empty texts where nothing is built; docker/build-push-action takes them as they are. */
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
  const resolved = release?.naming.resolved ?? null;
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
