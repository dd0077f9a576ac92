/** `retag validate`: everything that can be said of the tag files without asking a registry. */
import { load, logWarnings } from '../load.js';
import { promotionRequest } from '../request.js';
import { plural } from '../plan/decide.js';
import { contents } from '../report/format.js';
import type { Report } from '../report/model.js';
import { makeReport } from '../report/report.js';
import { systemClock } from '../system/clock.js';
import { writeJson } from '../system/write.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';
import { checkCommon, checkoutOf, reportPath, tagFiles } from './session.js';

export async function validateCommand(args: Arguments, io: Io): Promise<number> {
  const started = systemClock.now();
  checkCommon(args);
  const path = await reportPath(args, io);
  const files = await tagFiles(args, io);
  const loaded = load(promotionRequest('validate', files));
  const log = logFor(args, io);
  logWarnings(loaded.policy, log);
  for (const { path } of files) log.line(`valid: ${path}`);
  log.line(`${contents(loaded)} in ${files.length} ${plural(files.length, 'tag file')}.`);
  const report = nothingDone(systemClock.now() - started);
  if (args.is('json')) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (path !== null) await writeJson(path, report, await checkoutOf(io));
  return 0;
}

/** The report of a run that wants no tag and asks nobody, as the action's `command: validate` gives it. */
function nothingDone(durationMs: number): Report {
  return makeReport({
    command: 'validate',
    ref: null,
    classification: null,
    outcomes: [],
    stages: [],
    drift: null,
    http: { requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 },
    durationMs,
  });
}
