/** `retag plan` and `retag apply` */
import { REVIEW_MODES, type ReviewMode } from '../config/model.js';
import { OperationError, UserError } from '../errors.js';
import { requireWrite } from '../git/permission.js';
import { sourceSettings } from '../git/source.js';
import type { Log } from '../ports.js';
import { nameOf, warningsOf } from '../report/format.js';
import type { Report } from '../report/model.js';
import { renderReport } from '../report/render.js';
import { promotionRequest, type Request } from '../request.js';
import { run } from '../run.js';
import { readDigests } from '../system/files.js';
import { parseSettle } from '../system/process.js';
import { writeJson } from '../system/write.js';
import { openAdapters } from './adapters.js';
import type { Arguments } from './args.js';
import { confirmer } from './confirm.js';
import type { Io } from './output.js';
import { fail } from './problems.js';
import { checkoutOf, imagesOf, onlyOf, reportPath, type Session, withSession } from './session.js';

/** @param given what the command adds to its flags */
export function tagsCommand(args: Arguments, io: Io, given: Partial<Request> = {}): Promise<number> {
  return withSession(args, io, async (session) => {
    const { log, registry, signal, insecure, facts, may, workspace, run: ci } = session;
    if (args.command !== 'plan') requireWrite(`retag ${args.command}`, may);
    for (const text of facts?.warnings ?? []) log.warning(text);
    const path = await reportPath(args, io);
    const request = { ...(await requestFor(args, io, session)), ...given };
    const outside = openAdapters({
      env: io.env,
      run: ci,
      workspace,
      facts,
      log,
      signal,
      builder: args.text('builder') ?? '',
      insecure,
      write: (text) => void io.stderr.write(text),
      terminal: io.stderr.isTTY === true && !args.is('quiet'),
    });
    const confirm = confirmer(args, io, signal);
    const { tracked } = session;
    const { trust, trustFiles } = await outside.trustOf(tracked, may.write);
    const { report, exitCode, closing } = await run(
      { ...request, trustFiles },
      {
        registry,
        ...outside,
        trust,
        review: (plan, _, mode) => outside.review(plan, tracked, mode),
        confirm,
        // A number is claimed before the plan can be shown, and that writes too.
        claim: async (name, sha, sequence) => {
          log.progress(1, 1, ''); // the question has the line for itself
          await confirm?.(`Create the git tag ${name} on GitHub, to claim its number?`);
          return outside.claim(name, sha, sequence);
        },
      },
    );
    sayWarnings(report, log);
    io.stdout.write(renderReport(report, args.format, closing));
    // Last: when the disk is full now, everything else is printed already.
    return path === null || (await writeReport(path, report, io)) ? exitCode : 1;
  });
}

/** @returns false, with the error on standard error alone, since standard output has its document, when there is no such file now */
async function writeReport(path: string, report: Report, io: Io): Promise<boolean> {
  try {
    await writeJson(path, report, await checkoutOf(io));
    return true;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    await fail(error, io, 'text');
    return false;
  }
}

/** What the action shows as annotations: warnings beside a tag. What is refused or failed has a line of its own. */
function sayWarnings(report: Report, log: Log): void {
  for (const { action, text } of warningsOf(report.actions)) log.warning(`${nameOf(action)}: ${text}`);
}

async function requestFor(
  args: Arguments,
  io: Io,
  { concurrency, insecure, facts, noRef, files, run: ci }: Session,
): Promise<Request> {
  const digests = args.text('digests');
  const images = imagesOf(args);
  const request = promotionRequest(args.command === 'plan' ? 'plan' : 'apply', files);
  return {
    ...request,
    policy: args.text('policy') ?? '',
    images: images.names,
    imagesDisabled: images.disabled,
    facts,
    forge: ci?.forge ?? null,
    noRef,
    only: onlyOf(args),
    stable: args.is('stable'),
    includeStages: new Set(stagesOf(args)),
    force: args.list('force'),
    review: reviewOf(args),
    registryMap: args.list('registry-map'),
    concurrency,
    settle: parseSettle(args.text('settle') ?? '250ms'),
    changesAsCode: args.is('exit-code'),
    build: {
      ...request.build,
      ...sourceSettings(ci, io.env, facts),
      insecure,
      platform: args.text('platform') ?? '',
      digests: digests === undefined ? null : await readDigests(digests, io.cwd),
      allowDirty: args.is('allow-dirty'),
    },
  };
}

/** @throws UserError for another word */
function reviewOf(args: Arguments): ReviewMode | undefined {
  const given = args.text('review');
  const mode = REVIEW_MODES.find((one) => one === given);
  if (given === undefined || mode !== undefined) return mode;
  throw new UserError({
    what: `--review: "${given}" is not known`,
    hint: `write one of ${REVIEW_MODES.join(', ')}`,
  });
}

function stagesOf(args: Arguments): string[] {
  return checkStages((args.text('include-stages') ?? '').split(',').filter((stage) => stage !== ''));
}

/** @throws UserError for a stage that cannot be included */
export function checkStages(stages: readonly string[]): string[] {
  const wrong = stages.find((stage) => stage !== 'build');
  if (wrong === undefined) return [...stages];
  throw new UserError({
    what: `include-stages: "${wrong}" cannot be included`,
    hint: 'give "build"; release is in every image, and test in every snapshot',
  });
}
