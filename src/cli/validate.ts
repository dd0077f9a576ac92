/** `retag validate`: everything that can be said of the tag files without asking a registry. */
import { readCiRun } from '../ci/ci.js';
import type { TagFile } from '../config/config.js';
import type { Problem } from '../errors.js';
import { inputWarnings, load } from '../load.js';
import { movingTags } from '../plan/conflicts.js';
import { plural } from '../plan/decide.js';
import { contents } from '../report/format.js';
import type { Report } from '../report/model.js';
import { renderReport } from '../report/render.js';
import { makeReport } from '../report/report.js';
import { type Input, promotionRequest } from '../request.js';
import { checkSelections } from '../select.js';
import { systemClock } from '../system/clock.js';
import { readWorkspaceFile } from '../system/files.js';
import { writeJson } from '../system/write.js';
import { readMaterial } from '../trust/material.js';
import { rulesFor } from '../trust/rules.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';
import { checkCommon, checkoutOf, reportPath, tagFiles, workspaceOf } from './session.js';

export async function validateCommand(args: Arguments, io: Io): Promise<number> {
  const started = systemClock.now();
  checkCommon(args);
  const path = await reportPath(args, io);
  const files = await tagFiles(args, io);
  const forge = (await readCiRun(io.env))?.forge ?? null;
  const loaded = load({ ...promotionRequest('validate', files), forge });
  await checkSelections(loaded);
  const log = logFor(args, io);
  const warnings = [...inputWarnings(loaded), ...files.flatMap(emptyFile), ...movingTags(loaded.images)];
  await checkMaterial(loaded, await workspaceOf(io), io);
  for (const warning of warnings) log.warning(warning);
  for (const { path } of files) log.line(`valid: ${path}`);
  for (const text of unruled(loaded)) log.line(text);
  const said = `${contents(loaded)} in ${files.length} ${plural(files.length, 'tag file')}.`;
  log.line(said);
  const report = nothingDone(systemClock.now() - started);
  io.stdout.write(renderReport(report, args.format, said));
  if (path !== null) await writeJson(path, report, await checkoutOf(io));
  return 0;
}

/** Keys and roots that the rules name are there and can be read; @throws UserError */
async function checkMaterial({ trust, config }: Input, workspace: string, { env }: Io): Promise<void> {
  const sources = {
    file: (path: string) => readWorkspaceFile(workspace, path),
    root: () => Promise.resolve({}),
  };
  await readMaterial(trust, config.trustedRoot, { ...sources, variable: (name) => env[name] });
}

/** Images that anybody may have signed, where there are rules. No mistake: a file may promote what others build, too. */
function unruled({ trust, config }: Input): string[] {
  if (trust.length === 0) return [];
  const free = config.images.filter((entry) => rulesFor(trust, entry).length === 0);
  const names = [...new Set(free.map(({ srcName, names: [first] }) => srcName ?? first?.text ?? ''))];
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
  return names.length === 0 ? [] : [`no trust rule matches: ${shown}`];
}

function emptyFile({ path, bytes }: TagFile): Problem[] {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  if (!lines.every((line) => /^\ufeff?\s*(?:(?:\{\s*\}|null|~)?\s*(?:#.*)?|---|\.\.\.)\s*$/.test(line)))
    return [];
  const location = { file: path, line: 1, column: 1 };
  return [
    { location, what: 'the file is empty', hint: 'add "images:" or "builds:", as in docs/tag-file.md' },
  ];
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
    bake: null,
    http: { requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 },
    durationMs,
  });
}
