/** `retag init`: the first tag file and workflow of a repository, from what is in it. */
import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Project, starterTagFile, starterWorkflow } from '../config/starter.js';
import { OperationError, type Problem, UserError } from '../errors.js';
import { checkoutAbove, type Git, gitIn, oneLine } from '../git/git.js';
import { explainer, fitsOf } from '../policy/presets/fit.js';
import { PRESET_NAMES, unknownPreset } from '../policy/presets/presets.js';
import { writeNew } from '../system/write.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';

const TAG_FILE = '.github/image-tags.yaml';
const WORKFLOW = '.github/workflows/image-tags.yml';

/** Writes both files, or prints them; never over a file that exists. */
export async function initCommand(args: Arguments, io: Io): Promise<number> {
  const preset = args.text('preset');
  if (preset !== undefined && !PRESET_NAMES.includes(preset)) throw new UserError(unknownPreset(preset));
  const top = await checkoutAbove(io.cwd);
  if (top === null) {
    throw new UserError({
      what: `there is no git repository in ${io.cwd}`,
      hint: 'run "git init" first, or change to the checkout',
    });
  }
  const project = await lookAround(top, gitIn(top, io.env), preset);
  const files = [
    [TAG_FILE, starterTagFile(project)],
    [WORKFLOW, starterWorkflow(project)],
  ] as const;
  if (args.is('print')) {
    io.stdout.write(files.map(([path, text]) => `# ${path}\n${text}`).join('\n'));
    return 0;
  }
  const problems: Problem[] = [];
  for (const [path] of files) {
    const there = await lstat(join(top, path)).catch(() => null);
    const hint = '"retag init --print" prints what it would write';
    if (there !== null) problems.push({ what: `${path} exists already, and nothing was written`, hint });
  }
  if (problems.length > 0) throw new UserError(problems);
  const log = logFor(args, io);
  for (const [path, text] of files) {
    await writeNew(join(top, path), text, top);
    log.line(`wrote ${path}`);
  }
  for (const path of project.odd)
    log.warning({
      what: `${JSON.stringify(path)} is not in the tag file: its path has unusual characters`,
      hint: 'add it under "builds"',
    });
  log.line(project.why);
  log.line('Next: read the names in the tag file, then run "retag plan". It writes nothing.');
  return 0;
}

/** @returns the project, and Dockerfiles whose paths a tag file or a shell could take for something else */
async function lookAround(
  top: string,
  git: Git,
  wish: string | undefined,
): Promise<Project & { readonly odd: readonly string[] }> {
  const lines = async (...words: string[]): Promise<string[]> => {
    const answer = await git(...words);
    if (answer?.ok === false && answer.stderr !== '')
      throw new OperationError('rejected', `git: ${oneLine(answer.stderr)}`);
    return (answer?.stdout ?? '').split(/[\n\0]/).filter((line) => line !== '');
  };
  const tags = await lines('for-each-ref', '--format=%(refname:strip=2)', 'refs/tags');
  const branches = await lines('for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes/origin');
  const [remote = null] = await lines('config', '--get', 'remote.origin.url');
  const [head] = await lines('symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD');
  const [current = 'refs/heads/main'] = await lines('symbolic-ref', '--quiet', 'HEAD');
  const files = await lines('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const dockerfiles = [...new Set(files)].filter(isDockerfile).sort();
  return {
    odd: dockerfiles.filter((path) => ODD.test(path)),
    remote,
    name: basename(top),
    branch: (head ?? current).replace(/^refs\/(?:heads|remotes\/origin)\//, ''),
    dockerfiles: dockerfiles.filter((path) => !ODD.test(path)),
    ...choose(tags, branches, wish),
  };
}

/** What buildx would take for an address or a flag, and what YAML has no plain form for. */
const ODD = /^-|:|\p{Cc}/u;

const OTHERS = /(?:^|\/)(?:node_modules|vendor|third_party|testdata)\//;

function isDockerfile(path: string): boolean {
  if (OTHERS.test(path) || path.endsWith('.dockerignore')) return false;
  return /^(?:(?:Dockerfile|Containerfile)(?:\..+)?|.+\.Dockerfile)$/.test(basename(path));
}

/** The preset, and one sentence that says why. */
function choose(
  tags: readonly string[],
  branches: readonly string[],
  wish: string | undefined,
): Pick<Project, 'preset' | 'why'> {
  const many = tags.length === 1 ? '1 git tag' : `${tags.length} git tags`;
  const line = branches.find((name) => /\/r\/stx\.\d+\.\d+$/.test(name));
  const [best, next] = fitsOf(tags);
  if (wish !== undefined) {
    const explained = tags.filter(explainer(wish)).length;
    if (tags.length === 0) return { preset: wish, why: `The preset is ${wish}, as asked for.` };
    return { preset: wish, why: `The preset ${wish} explains ${explained} of ${many}.` };
  }
  if (line !== undefined)
    return {
      preset: 'starlingx',
      why: `The preset is starlingx, for branches such as ${line.slice(line.indexOf('r/stx'))}.`,
    };
  if (best === undefined || best.explained === 0) {
    const none = tags.length === 0 ? 'There are no git tags yet' : `No preset explains any of ${many}`;
    return { preset: 'semver', why: `${none}, so the preset is semver; see --preset.` };
  }
  const also =
    next === undefined || next.explained === 0 ? '' : `; ${next.preset} explains ${next.explained}`;
  return {
    preset: best.preset,
    why: `The preset ${best.preset} explains ${best.explained} of ${many}${also}.`,
  };
}
