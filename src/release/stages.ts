import type { BuildConfig, Config } from '../config/model.js';
import type { Gatekeeper, GateState, Subject } from '../gates/gates.js';
import { effectiveStages, type StageTable } from '../stages.js';

/** What each platform of a build counts as today: its gates are asked, all at once. */
export async function platformStages(
  build: BuildConfig,
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
