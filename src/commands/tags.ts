/** `retag plan` and `retag apply` */
import { run } from '../run.js';
import { systemClock } from '../system/clock.js';
import { writeJson } from '../workspace/write.js';
import type { Arguments } from '../terminal/args.js';
import type { Io } from './output.js';
import { tagFiles, withSession } from './session.js';

export function tagsCommand(args: Arguments, io: Io): Promise<number> {
  return withSession(args, io, async ({ log, registry, signal, concurrency }) => {
    const request = {
      command: args.command === 'plan' ? ('plan' as const) : ('apply' as const),
      files: await tagFiles(args, io),
      force: args.list('force'),
      registryMap: args.list('registry-map'),
      concurrency,
      changesAsCode: args.is('exit-code'),
    };
    const { report, exitCode } = await run(request, { registry, log, clock: systemClock, signal });
    const path = args.text('report');
    if (path !== undefined) await writeJson(path, report);
    if (args.is('json')) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return exitCode;
  });
}
