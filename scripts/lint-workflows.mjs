/*
 * Runs the linters of GitHub's workflows over all that people copy or that this repository runs: .github, action.yml, the examples,
 * ci/, what `retag init` writes, and every block of YAML or shell in README and docs. The tools are those of
 * `scripts/stack/install.sh lint`; nothing is downloaded.
 *   node scripts/lint-workflows.mjs         exit status 1 when one of them finds something
 *   node scripts/lint-workflows.mjs --fix   pins of actions as in .github/workflows everywhere, then the same
 *
 * All goes into one directory that looks like a repository, a block of a page as a file with as many empty lines in front of it as
 * the page has, so that the lines that a tool names are those of the page.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

import { load, root } from './load.mjs';

const { starterWorkflow } = await load('src/config/starter.ts');
const bin = join(process.env.RETAG_CACHE ?? join(homedir(), '.cache', 'retag'), 'bin');
const tracked = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .stdout.split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path) => readFileSync(join(root, path), 'utf8');

// Pages whose blocks are read, and files that are no workflow although they have steps in them.
const PAGES = tracked.filter((path) => /^(?:[A-Z]+\.md|(?:docs|examples|bench|ci)\/.*\.md)$/.test(path));
const WORKFLOWS = tracked.filter((path) => /^(?:\.github\/workflows|examples|ci)\/.*\.ya?ml$/.test(path));
const SCRIPTS = tracked.filter(
  (path) => /\.(?:sh|bash)$/.test(path) || /^#!.*\b(?:ba)?sh\b/.test(head(path)),
);

function head(path) {
  return /(?:^|\/)[\w-]+$/.test(path) ? read(path).split('\n', 1)[0] : '';
}

/** The fenced blocks of a page: language, text, number of its first line, and the column that it begins at. */
function* blocks(page) {
  let open = null;
  for (const [index, line] of read(page).split('\n').entries()) {
    const fence = /^(\s*)```(\w*)/.exec(line);
    if (open === null && fence)
      open = { language: fence[2], line: index + 2, indent: fence[1].length, lines: [] };
    else if (open !== null && fence) {
      yield { ...open, text: open.lines.join('\n') + '\n' };
      open = null;
    } else open?.lines.push(line.slice(open.indent));
  }
}

/** A workflow of its own from what a block shows of one; null when it shows none. */
function workflowOf({ text, line }) {
  const has = (key) => new RegExp(`^${key}:`, 'm').test(text);
  const before = [];
  let body = text;
  if (!has('jobs') && /^- (?:\w+: .*\n {2})?(?:\w+: .*\n {2})*(?:uses|run):/m.test(text)) {
    before.push('jobs:', '  shown:', '    runs-on: ubuntu-24.04', '    permissions: {}', '    steps:');
    body = text.replace(/^(?=.)/gm, '      ');
  } else if (!has('jobs')) return null;
  if (!has('permissions')) before.unshift('permissions: {}');
  if (!has('on')) before.unshift('on: workflow_dispatch');
  if (!has('name')) before.unshift('name: shown');
  if (!has('concurrency')) before.unshift('concurrency: shown');
  const room = Math.max(line - 1 - before.length, 0);
  return [...Array(room).fill('#'), ...before].join('\n') + '\n' + body;
}

/** Shell that a reader types: of a transcript, what stands behind the prompts. */
function shellOf({ language, text, line }) {
  if (!['sh', 'bash', 'console'].includes(language)) return null;
  const prompts = language === 'console' && /^\$ /m.test(text);
  const typed = prompts ? text.replace(/^(?!\$ ).*$/gm, '').replace(/^\$ /gm, '') : text;
  return '\n'.repeat(line - 1) + typed;
}

/** What `retag init` writes, with and without builds, for a registry of each kind of login. */
function starters() {
  const project = { name: 'app', branch: 'main', preset: 'starlingx', why: '' };
  const remotes = ['https://github.com/o/app', 'https://opendev.org/o/app', null];
  return remotes.flatMap((remote) =>
    [[], ['Dockerfile']].map((dockerfiles) => starterWorkflow({ ...project, remote, dockerfiles })),
  );
}

/** Fills the directory; gives the files for each tool, and what a name in it is called here. */
function stage(directory) {
  const names = new Map();
  const staged = { workflows: [], scripts: [], typed: [] };
  const put = (folder, path, suffix, text, list) => {
    const name = join(folder, `${path.replaceAll('/', '+')}${suffix}`);
    mkdirSync(join(directory, folder), { recursive: true });
    writeFileSync(join(directory, name), text);
    names.set(name, path);
    list.push(name);
  };
  for (const path of WORKFLOWS.filter((each) => /^jobs:/m.test(read(each))))
    put('.github/workflows', path, path.endsWith('.yml') ? '' : '.yml', read(path), staged.workflows);
  for (const [at, text] of starters().entries())
    put('.github/workflows', `src/config/starter.ts, case ${at + 1}`, '.yml', text, staged.workflows);
  for (const path of SCRIPTS) put('scripts', path, '', read(path), staged.scripts);
  for (const page of PAGES) {
    for (const block of blocks(page)) {
      const [workflow, shell] = [/^ya?ml$/.test(block.language) ? workflowOf(block) : null, shellOf(block)];
      if (workflow !== null) put('.github/workflows', page, `+${block.line}.yml`, workflow, staged.workflows);
      if (shell !== null) put('scripts', page, `+${block.line}.sh`, shell, staged.typed);
    }
  }
  for (const path of tracked.filter((each) =>
    /^(?:action\.yml|\.github\/(?!workflows\/).*\.ya?ml)$/.test(each),
  ))
    cpSync(join(root, path), join(directory, path));
  mkdirSync(join(directory, '.git'));
  return { ...staged, names };
}

/** Runs a tool in the directory. @returns {boolean} whether it found nothing */
function lint(directory, names, tool, args) {
  const result = spawnSync(join(bin, tool), args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1' },
  });
  if (result.error) throw new Error(`${tool}: run scripts/stack/install.sh lint (${result.error.message})`);
  let output = result.stdout + result.stderr;
  for (const [name, path] of names) output = output.replaceAll(`./${name}`, name).replaceAll(name, path);
  console.log(`${tool}: ${result.status === 0 ? 'nothing found' : 'found'}`);
  if (result.status !== 0) console.log(output.trimEnd());
  return result.status === 0;
}

const PIN = /(uses: |')([\w.-]+\/[\w./-]+)@([0-9a-f]{40}) # (v\d+(?:\.\d+)*)/g;

/** An action has one version in the whole tree: the one that Dependabot keeps in .github/workflows. @returns {string[]} */
function strayPins(fix) {
  const kept = new Map();
  const stray = [];
  const order = [...WORKFLOWS, ...PAGES, 'src/config/starter.ts'];
  for (const path of order.sort(
    (a, b) => Number(b.startsWith('.github/')) - Number(a.startsWith('.github/')),
  )) {
    const before = read(path);
    const after = before.replace(PIN, (text, uses, action, hash, version, at) => {
      const want = kept.get(action) ?? `${hash} # ${version}`;
      kept.set(action, want);
      if (want === `${hash} # ${version}`) return text;
      const line = before.slice(0, at).split('\n').length;
      if (!fix)
        stray.push(
          `${path}:${line}: ${action} is ${version} here and ${want.split(' # ')[1]} elsewhere; --fix`,
        );
      return `${uses}${action}@${want}`;
    });
    if (fix && after !== before) writeFileSync(join(root, path), after);
  }
  return stray;
}

const stray = strayPins(process.argv.includes('--fix'));
for (const line of stray) console.log(line);
const directory = mkdtempSync(join(tmpdir(), 'retag-lint-'));
try {
  const { workflows, scripts, typed, names } = stage(directory);
  console.log(
    `${workflows.length} workflows, ${scripts.length} shell scripts, ${typed.length} blocks of shell`,
  );
  const schema = (name, files) =>
    lint(directory, names, 'check-jsonschema', ['--builtin-schema', `vendor.${name}`, ...files]);
  const actions = tracked.filter((path) => /(?:^|\/)action\.yml$/.test(path) && !path.startsWith('e2e/'));
  const passed = [
    lint(directory, names, 'actionlint', ['-no-color', ...workflows]),
    lint(directory, names, 'zizmor', ['--offline', '--no-progress', '--quiet', '--color=never', '.']),
    schema('github-workflows', workflows),
    schema('github-actions', actions),
    schema('dependabot', ['.github/dependabot.yml']),
    lint(directory, names, 'shellcheck', ['--shell=bash', ...scripts]),
    // What a reader types: SC1090, files that only the reader has; SC2164, a reader sees that `cd` failed.
    lint(directory, names, 'shellcheck', ['--shell=bash', '--exclude=SC1090,SC2164', ...typed]),
  ];
  if (passed.includes(false) || stray.length > 0) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
