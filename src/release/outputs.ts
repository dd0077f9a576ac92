/** The outputs that builds add to a report's: matrix, labels, annotations, and the digests of a partial build. Pure. */
import { formatDigests } from '../builds/digests.js';
import { labelLines, ociLabels } from '../builds/labels.js';
import { imageOf } from '../builds/names.js';
import { matrix } from '../builds/select.js';
import type { SourceFacts } from '../builds/model.js';
import type { Config } from '../config/model.js';
import type { Made } from './build.js';
import type { Release } from './release.js';

export interface BuildOutputInput {
  readonly config: Pick<Config, 'runners'>;
  readonly release: Release | null;
  readonly made: Made | null;
  readonly source: SourceFacts | null;
  /** this machine built one platform of several */
  readonly partial: boolean;
}

/** Empty texts where nothing is built; docker/build-push-action takes them as they are. */
export function buildOutputs({
  config,
  release,
  made,
  source,
  partial,
}: BuildOutputInput): Record<string, string> {
  const due = (release?.selected ?? []).filter(
    (build) => release?.states.get(imageOf(build.config))?.state === 'to-build',
  );
  const labels = labelsOf(release, source);
  return {
    matrix: JSON.stringify(matrix(due, config.runners)),
    labels: labelLines(labels),
    // docker/metadata-action's default level
    annotations: labelLines(labels, 'manifest'),
    ...(partial ? { digests: formatDigests(made?.targets ?? []) } : {}),
  };
}

function labelsOf(release: Release | null, source: SourceFacts | null): Record<string, string> {
  const resolved = release?.naming.resolved ?? null;
  if (resolved === null || source === null) return {};
  return { ...ociLabels(source, resolved.version ?? ''), ...resolved.labels };
}
