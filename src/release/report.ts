import { classificationReport, type RefFacts } from '../policy/policy.js';
import type { Report, ReportStage } from '../report/model.js';
import type { Release } from './release.js';

/** The `classification` of the report: complete names where there are some, the bare decision otherwise. */
export function classificationOf(release: Release | null): Report['classification'] {
  if (release === null) return null;
  return classificationReport(release.naming.resolved ?? release.naming.decision);
}

/** The `ref` of the report. */
export function refOf(facts: RefFacts | null): Report['ref'] {
  return facts === null ? null : { ref: facts.ref, sha: facts.sha, event: facts.event };
}

/** The `stages` of the report: every platform of every build. */
export function stagesOf(release: Release | null): ReportStage[] {
  return (release?.stages ?? []).flatMap(({ image, table }) =>
    table.rows.map(({ platform, byFile, today, why, since }) => ({
      image,
      platform,
      by_file: byFile,
      today,
      why,
      since: since === null ? null : new Date(since).toISOString(),
    })),
  );
}
