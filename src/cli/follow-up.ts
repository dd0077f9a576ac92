/** `retag follow-up [--commit]`: sets the files that entries refer to in the checkout, for forges other than GitHub. Never pushes. */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationError, type Problem, UserError } from '../errors.js';
import { checkoutAbove, commitOf, type Git, gitIn, linesOf, oneLine } from '../git/git.js';
import { commitMessage, followUpItems, type FollowUpPlan, planFollowUp } from '../github/follow-up/plan.js';
import { promotionRequest } from '../request.js';
import { formatReference } from '../oci/reference.js';
import { run, type RunResult } from '../run.js';
import { replaceFile } from '../system/write.js';
import { openAdapters } from './adapters.js';
import type { Arguments } from './args.js';
import type { Io } from './output.js';
import { sayError } from './problems.js';
import { checkCommon, type Session, withSession } from './session.js';

/** Sets what can be set, says what cannot, and exits 1 when something cannot. */
export async function followUpCommand(args: Arguments, io: Io): Promise<number> {
  checkCommon(args);
  const trailers = trailersOf(args);
  return withSession(args, io, async (session) => {
    const top = await realpath((await checkoutAbove(io.cwd)) ?? io.cwd);
    const git = args.is('commit') ? gitIn(top, io.env) : null;
    if (git !== null) await requireRepository(git);
    const { config, outcomes } = await look(args, io, session);
    const items = followUpItems(config.images, outcomes);
    const files = [...new Set(items.flatMap(({ references }) => references.map(({ file }) => file)))];
    const here = await texts(files, (file) => readHere(top, file));
    const before = git === null ? here : await texts(files, (file) => readCommitted(git, file));
    const plan = planFollowUp(items, before);
    requireUntouched(plan, before, here);
    for (const { file, text, changes } of plan.files) {
      await replaceFile(join(top, file), text);
      for (const each of changes)
        session.log.line(`set ${file}:${each.line}: ${each.before} -> ${each.after}`);
    }
    const problems = [...notRight({ config, outcomes }), ...plan.problems.map(asProblem)];
    for (const problem of problems) sayError(problem, io);
    if (plan.files.length === 0) {
      const why = items.length === 0 ? 'No tag that is right has references' : 'The files say it already';
      if (problems.length === 0) session.log.line(`${why}; nothing was changed.`);
    } else if (git !== null)
      session.log.line(`committed ${await commit(git, top, plan, trailers)}; nothing was pushed`);
    return problems.length > 0 ? 1 : 0;
  });
}

/** @throws UserError for what git would not read as a trailer, and without a commit to put it in */
function trailersOf(args: Arguments): readonly string[] {
  const given = args.list('trailer');
  const wrong = given.filter((text) => !/^[A-Za-z][A-Za-z0-9-]*: ?\S[^\r\n]*$/.test(text));
  const problems: Problem[] = wrong.map((text) => ({
    what: `--trailer: "${text}" is not a trailer`,
    hint: 'write a key, a colon and a value, as in --trailer "Depends-On: https://review.example/c/app/+/1"',
  }));
  if (given.length > 0 && !args.is('commit'))
    problems.push({ what: '--trailer needs a commit to stand in', hint: 'add --commit' });
  if (problems.length > 0) throw new UserError(problems);
  return given;
}

/** The plan of all promotions, without a line about those that are right. */
async function look(args: Arguments, io: Io, session: Session): Promise<RunResult> {
  const { registry, signal, concurrency, files, facts, run: ci } = session;
  const log = {
    ...session.log,
    line: () => undefined,
    group: <T>(_: string, body: () => Promise<T>) => body(),
  };
  const request = { ...promotionRequest('plan', files), registryMap: args.list('registry-map'), concurrency };
  const outside = openAdapters({ run: ci, env: io.env, workspace: io.cwd, facts, log, signal });
  return run(request, { registry, ...outside });
}

type Text = string | false | null;

async function texts(
  files: readonly string[],
  read: (file: string) => Promise<Text>,
): Promise<Map<string, Text>> {
  return new Map(await Promise.all(files.map(async (file) => [file, await read(file)] as const)));
}

/** Null where there is no such file, or a symbolic link on the way to it; false for what is not UTF-8. */
async function readHere(top: string, file: string): Promise<Text> {
  const path = join(top, file);
  const real = await realpath(path).catch(() => null);
  if (real !== path || !(await stat(path)).isFile()) return null;
  const bytes = await readFile(path);
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : false;
}

async function readCommitted(git: Git, file: string): Promise<Text> {
  const answer = await git('cat-file', 'blob', `HEAD:${file}`);
  if (answer?.ok !== true) return null;
  return answer.stdout.includes('\ufffd') ? false : answer.stdout;
}

/** @throws UserError for files that would take somebody's own changes into the commit */
function requireUntouched(
  plan: FollowUpPlan,
  before: ReadonlyMap<string, Text>,
  here: ReadonlyMap<string, Text>,
): void {
  const touched = plan.files.filter(
    ({ file, text }) => ![before.get(file), text].includes(here.get(file) ?? null),
  );
  if (touched.length === 0) return;
  throw new UserError(
    touched.map(({ file }) => ({
      what: `${file} has other changes that are not committed`,
      hint: 'commit or stash them, then run "retag follow-up --commit" again',
    })),
  );
}

/** Entries with references whose tag is not what the files may name yet. */
function notRight({ config, outcomes }: Pick<RunResult, 'config' | 'outcomes'>): Problem[] {
  return config.images.flatMap((entry): Problem[] => {
    if (entry.references.length === 0) return [];
    const wrong = outcomes.find(
      ({ planned: { wanted, action } }) => wanted.entries.includes(entry) && action !== 'keep',
    );
    if (wrong === undefined) return [];
    const { wanted, reason } = wrong.planned;
    const what = `${formatReference(wanted.destination)} is not right yet (${reason.code}): ${reason.text}`;
    return [{ location: entry.origin.at(), what, hint: 'run "retag apply" first' }];
  });
}

function asProblem({ file, path, image, what, hint }: FollowUpPlan['problems'][number]): Problem {
  return { what: `${file}: ${path} could not be set to ${image}: ${what}`, hint };
}

/** @throws UserError before anything is asked or changed */
async function requireRepository(git: Git): Promise<void> {
  const problems: Problem[] = [];
  if ((await commitOf(git, 'HEAD')) === null)
    problems.push({ what: 'there is no commit here to add one to', hint: 'run it in the checkout' });
  for (const key of ['user.name', 'user.email']) {
    const set = linesOf(await git('config', '--get', key)).length > 0;
    if (!set) problems.push({ what: `git does not know your ${key}`, hint: `run: git config ${key} "…"` });
  }
  if (problems.length > 0) throw new UserError(problems);
}

/** Commits these files and nothing else that is staged. No hook and no signing program runs. Gives the short id of the commit. */
async function commit(
  git: Git,
  top: string,
  plan: FollowUpPlan,
  trailers: readonly string[],
): Promise<string> {
  const parent = await commitOf(git, 'HEAD');
  const id = createHash('sha1')
    .update(`${parent ?? ''}${plan.fingerprint}`)
    .digest('hex');
  // Gerrit's own hook would add it; a checkout for Gerrit is known by the file of git-review.
  const gerrit = await stat(join(top, '.gitreview')).then(
    () => `\nChange-Id: I${id}`,
    () => '',
  );
  const words = ['--quiet', '--no-verify', '--no-gpg-sign', '--cleanup=verbatim', '--only'];
  const files = plan.files.map(({ file }) => file);
  const message = `${commitMessage(plan, trailers)}${gerrit}\n`;
  const done = await git('--literal-pathspecs', 'commit', ...words, '-m', message, '--', ...files);
  if (done?.ok !== true) throw new OperationError('rejected', `git commit: ${oneLine(done?.stderr ?? '')}`);
  return (await commitOf(git, 'HEAD'))?.slice(0, 12) ?? '';
}
