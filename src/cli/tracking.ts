/** `retag tracking`: the liaison's overview, every open tracking issue by release cycle. */
import { readCiRun } from '../ci/ci.js';
import { trackingText } from '../github/tracking/issue.js';
import { listTracking } from '../github/tracking/sync.js';
import { startDeadline } from '../system/process.js';
import { openAdapters } from './adapters.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';

export async function trackingCommand(args: Arguments, io: Io): Promise<number> {
  const deadline = startDeadline(5 * 60_000, '5m');
  try {
    const outside = openAdapters({
      run: await readCiRun(io.env),
      env: io.env,
      workspace: io.cwd,
      facts: null,
      log: logFor(args, io),
      signal: deadline.signal,
    });
    const issues = await listTracking(await outside.github());
    io.stdout.write(args.is('json') ? `${JSON.stringify(issues, null, 2)}\n` : `${trackingText(issues)}\n`);
    return deadline.exitCode() ?? 0;
  } finally {
    deadline.release();
  }
}
