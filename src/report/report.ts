/** (Plan, Outcomes) → the report, its counts and its exit status. Pure; the only place that words results. */
import type { Outcome, TrustVerdict, WantedTag } from '../plan/model.js';
import { formatReference, tagOrDigest } from '../oci/reference.js';
import type { Drift } from '../plan/drift.js';
import { classificationReport, type RefFacts } from '../policy/policy.js';
import type { HttpUsage } from '../ports.js';
import type { Release } from '../builds/release.js';
import { VERSION } from '../version.js';
import type { Classification, Counts, Report, ReportAction, ReportStage } from './model.js';

interface ReportInput {
  readonly command: Report['command'];
  readonly ref: Report['ref'];
  readonly classification: Classification | null;
  readonly outcomes: readonly Outcome[];
  readonly stages: Report['stages'];
  /** null when it was not looked for */
  readonly drift: readonly Drift[] | null;
  /** the bake definition as JSON; null without one */
  readonly bake: string | null;
  readonly http: HttpUsage;
  readonly durationMs: number;
}

/** Builds the report of a run. */
export function makeReport(input: ReportInput): Report {
  const actions = input.outcomes.map(reportAction);
  return {
    version: 1,
    command: input.command,
    retag: VERSION,
    ref: input.ref,
    classification: input.classification,
    actions,
    stages: input.stages,
    drift:
      input.drift === null
        ? null
        : input.drift.map((each) => ({
            ...each,
            location: each.location === null ? null : { ...each.location },
          })),
    bake: input.bake === null ? null : (JSON.parse(input.bake) as Report['bake']),
    counts: countActions(actions),
    http: { ...input.http },
    duration_ms: Math.max(0, Math.round(input.durationMs)),
  };
}

export function reportAction({ planned, outcome, digest, error, attachments }: Outcome): ReportAction {
  const { wanted, reason } = planned;
  const [entry = null, ...others] = wanted.entries.map(({ number }) => number);
  return {
    action: planned.action,
    kind: wanted.kind,
    image: wanted.image,
    tag: tagOrDigest(wanted.destination),
    source: sourceText(wanted),
    digest: digest ?? planned.digest,
    previous: planned.previous,
    reason: { ...reason },
    ...(planned.action === 'build' ? { platforms: [...wanted.platforms] } : {}),
    entry,
    other_entries: others,
    location: wanted.location === null ? null : { ...wanted.location },
    outcome,
    error: error === null ? null : { ...error },
    attachments: attachments === null ? null : { ...attachments },
    warnings: [...planned.warnings],
    ...(planned.trust === undefined ? {} : { trust: trustReport(planned.trust) }),
  };
}

/** The verdict of every rule, as the report and `retag verify` give it. */
export function trustReport({ rules }: TrustVerdict): NonNullable<ReportAction['trust']> {
  return rules.map(({ label, holds, why, signers, candidates }) => ({
    rule: label,
    holds,
    why,
    signers: signers.map(({ predicateType, ...signer }) => ({ ...signer, predicate_type: predicateType })),
    candidates: candidates.map((each) => ({
      name: each.name,
      counts: each.counts,
      why: each.counts ? null : each.why,
    })),
  }));
}

function sourceText({ source }: WantedTag): string | null {
  return source.from === 'image' ? formatReference(source.ref) : null;
}

/** How many of each action there are, and how many failed. */
export function countActions(actions: readonly ReportAction[]): Counts {
  const counts: Counts = { build: 0, create: 0, move: 0, keep: 0, hold: 0, refuse: 0, failed: 0 };
  for (const { action, outcome } of actions) {
    counts[action] += 1;
    if (outcome === 'failed') counts.failed += 1;
  }
  return counts;
}

/** Did the run change, or would it change, anything in a registry? */
export function changed(report: Report): boolean {
  return report.actions.some(
    ({ action, outcome }) =>
      (action === 'build' || action === 'create' || action === 'move') &&
      (outcome === 'done' || outcome === 'planned'),
  );
}

/**
 * The exit status (docs/reference.md): 1 when something failed, was refused or was left undone; 3 for a plan that found drift, and
 * for one with changes when asked for; held tags alone pass unless `on_hold: fail`.
 */
export function exitCode(
  report: Report,
  options: { changesAsCode: boolean; onHold: 'pass' | 'fail' },
): 0 | 1 | 3 {
  const { counts, actions } = report;
  const undone = actions.some(({ outcome, error }) => outcome === 'skipped' && error !== null);
  if (counts.refuse > 0 || counts.failed > 0 || undone) return 1;
  if (counts.hold > 0 && options.onHold === 'fail') return 1;
  const changes = options.changesAsCode && counts.build + counts.create + counts.move > 0;
  return report.command === 'plan' && (changes || (report.drift ?? []).length > 0) ? 3 : 0;
}

/** The `classification` of the report: complete names where there are some, the bare decision otherwise. */
export function classificationOf(release: Release | null): Report['classification'] {
  if (release === null) return null;
  return classificationReport(release.names.resolved ?? release.names.decision);
}

/** The `ref` of the report. */
export function refOf(facts: RefFacts | null): Report['ref'] {
  return facts === null
    ? null
    : { ref: facts.pullRequest?.ref ?? facts.ref, sha: facts.sha, event: facts.event };
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
