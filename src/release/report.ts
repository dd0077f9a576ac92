import { classificationReport, type RefFacts } from '../policy/policy.js';
import type { Report } from '../report/model.js';
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
