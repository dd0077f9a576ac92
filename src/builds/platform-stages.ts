/**
 * Stages of platforms: what each platform counts as today, and which platforms a build of a class gets.
 *
 *   const table = await platformStages(build, config.stagePolicy, gatekeeper, subject);
 *   table.refused → the build is refused (reason `unknown`, or `gate-failed` under `stage_policy: fail`)
 *   selectPlatforms(table, class, includeStages) → what is built, and what the index must hold
 *
 * The names come from Kubernetes' policy for its images' architectures: an architecture is built before it is
 * tested and tested before it is released, and goes back one step when its signal is lost.
 */
import type { BuildConfig, Class, Config, PlatformConfig, Stage } from '../config/model.js';
import { type Gatekeeper, type GateState, type Subject } from '../gates/gates.js';
import { day, span } from '../shared/text.js';

export interface StageRow {
  readonly platform: string;
  /** as the tag file says */
  readonly byFile: Stage;
  /** what it counts as in this run */
  readonly today: Stage;
  /** a sentence without a full stop; empty for a platform without gates */
  readonly why: string;
  /** since when it counts as this, as far back as was looked; milliseconds since the epoch */
  readonly since: number | null;
}

export interface StageTable {
  readonly rows: readonly StageRow[];
  /** platforms that make the run fail, with the reason code of the report */
  readonly refused: readonly {
    readonly row: StageRow;
    readonly code: 'unknown' | 'gate-failed' | 'gate-pending';
  }[];
  /** one warning for each platform that counts lower than the file says */
  readonly warnings: readonly string[];
}

export interface PlatformChoice {
  /** built, in the order of the tag file */
  readonly build: readonly string[];
  /** pushed and put into the index; the index must hold all of these and is refused without one */
  readonly push: readonly string[];
}

const LOWER: Readonly<Record<Stage, Stage>> = { release: 'test', test: 'build', build: 'build' };

/**
 * A platform whose gate is pending or failed counts one stage lower (`demote`) or fails the run (`fail`);
 * one whose gate is unknown always refuses, since a release without it might be a release that nobody wanted.
 * @param verdicts platform → the verdict on its `requires`; absent is open
 */
function effectiveStages(
  platforms: readonly PlatformConfig[],
  verdicts: ReadonlyMap<string, GateState>,
  policy: 'demote' | 'fail',
): StageTable {
  const rows: StageRow[] = [];
  const refused: StageTable['refused'][number][] = [];
  const warnings: string[] = [];
  for (const { platform, stage } of platforms) {
    const verdict = verdicts.get(platform) ?? { state: 'open' as const, text: '' };
    const shut = verdict.state === 'pending' || verdict.state === 'failed';
    const today = shut && policy === 'demote' ? LOWER[stage] : stage;
    const row = { platform, byFile: stage, today, why: verdict.text, since: verdict.since ?? null };
    rows.push(row);
    if (verdict.state === 'unknown') refused.push({ row, code: 'unknown' });
    else if (shut && policy === 'fail') refused.push({ row, code: `gate-${verdict.state}` });
    else if (today !== stage) warnings.push(demotion(row));
  }
  return { rows, refused, warnings };
}

/**
 * `release` platforms are in every image, `test` platforms in snapshots; `build` platforms are built only when
 * asked for, and pushed in snapshots only.
 * @param included stages named by `include-stages`
 */
export function selectPlatforms(
  table: Pick<StageTable, 'rows'>,
  imageClass: Class,
  included: ReadonlySet<string>,
): PlatformChoice {
  const snapshot = imageClass === 'snapshot';
  const pushed = ({ today }: StageRow): boolean =>
    today === 'release' || (snapshot && (today === 'test' || included.has('build')));
  const built = (row: StageRow): boolean => pushed(row) || (row.today === 'build' && included.has('build'));
  const names = (rows: readonly StageRow[]): string[] => rows.map(({ platform }) => platform);
  return { build: names(table.rows.filter(built)), push: names(table.rows.filter(pushed)) };
}

/** The table of `retag stages`: columns in plain text, one line a platform. */
export function stagesText(table: Pick<StageTable, 'rows'>, now: number): string {
  const header = ['PLATFORM', 'BY FILE', 'TODAY', 'SINCE', 'WHY'];
  const lines = table.rows.map((row) => [
    row.platform,
    row.byFile,
    row.today,
    sinceText(row, now),
    row.why || '-',
  ]);
  const widths = header.map((title, i) =>
    Math.max(title.length, ...lines.map((line) => (line[i] ?? '').length)),
  );
  return [header, ...lines]
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function demotion({ platform, byFile, today, why, since }: StageRow): string {
  const when = since === null ? '' : ` since ${day(since)}`;
  return `${platform} counts as "${today}" instead of "${byFile}"${when}: ${why}`;
}

function sinceText({ since }: StageRow, now: number): string {
  return since === null ? '-' : `${day(since)} (${span(now - since)})`;
}

/** What each platform of a build counts as today: its gates are asked, all at once. */
export async function platformStages(
  build: Pick<BuildConfig, 'platforms'>,
  policy: Config['stagePolicy'],
  gatekeeper: Gatekeeper,
  subject: Subject,
): Promise<StageTable> {
  const gated = build.platforms.filter(({ requires }) => requires.length > 0);
  const verdicts = await Promise.all(
    gated.map(async ({ platform, requires }): Promise<[string, GateState]> => [
      platform,
      await gatekeeper.judge(requires, subject),
    ]),
  );
  return effectiveStages(build.platforms, new Map(verdicts), policy);
}
