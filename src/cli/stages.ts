/** `retag stages`: what each platform of each build counts as today. */
import { imageOf } from '../builds/machines.js';
import { platformStages, stagesText } from '../builds/platform-stages.js';
import { readCiRun } from '../ci/ci.js';
import { UserError } from '../errors.js';
import { readRefFacts } from '../git/facts.js';
import { load } from '../load.js';
import { promotionRequest } from '../request.js';
import { systemClock } from '../system/clock.js';
import { startDeadline } from '../system/process.js';
import { openAdapters } from './adapters.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';
import { tagFiles, workspaceOf } from './session.js';

/** Exit status 1 when a platform's gate cannot be told, or fails under `stage_policy: fail`. */
export async function stagesCommand(args: Arguments, io: Io): Promise<number> {
  const log = logFor(args, io);
  const files = await tagFiles(args, io);
  const { config } = load(promotionRequest('validate', files));
  if (config.builds.length === 0) {
    throw new UserError({
      what: 'the tag files have no builds, so there are no platforms',
      hint: 'see "builds" in docs/tag-file.md',
    });
  }
  const now = systemClock.now();
  const workspace = await workspaceOf(io);
  const run = await readCiRun(io.env);
  const facts = await readRefFacts({
    run,
    env: io.env,
    cwd: workspace,
    time: now,
    ref: args.text('ref'),
    sha: args.text('sha'),
  });
  const deadline = startDeadline(5 * 60_000, '5m');
  try {
    const outside = openAdapters({ run, env: io.env, workspace, facts, log, signal: deadline.signal });
    let refused = 0;
    for (const build of config.builds) {
      const table = await platformStages(
        build,
        config.stagePolicy,
        outside.gatekeeper,
        outside.subject(null, null),
      );
      io.stdout.write(`${imageOf(build)}\n${stagesText(table, now)}\n\n`);
      refused += table.refused.length;
    }
    return deadline.exitCode() ?? (refused > 0 ? 1 : 0);
  } finally {
    deadline.release();
  }
}
