import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import type { Report } from '../../src/report/model.js';
import { VERSION } from '../../src/version.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { childEnvironment, runBundle, type ChildOptions } from '../support/child.js';
import { joined } from '../support/command-line.js';
import { errorProblems } from '../support/report-schema.js';
import { reportIn, workspace, type Workspace } from '../support/runner.js';
import { digestOf, fill, NOTHING, RIGHT, TAG_FILE, tagged, untag, WANTED, writes } from '../support/story.js';

/** The command line as it is installed: one file, Node, and nothing else. */
let registry: EmbeddedRegistry;
let place: Workspace;

beforeAll(async () => {
  registry = await startRegistry();
  fill(registry);
  place = workspace();
  place.file('.github/image-tags.yaml', TAG_FILE);
});
afterAll(async () => {
  await registry.close();
  place.remove();
});
beforeEach(() => {
  untag(registry);
  registry.faults.set([]);
});

const retag = (words: string, options: Partial<ChildOptions> = {}) =>
  place.retag([...words.split(' '), '--registry-map', `docker.io=${registry.host}`], options);

describe('plan and apply', () => {
  test('a plan lists every tag, and writes nothing', async () => {
    const from = registry.requests.length;
    const { code, stdout, stderr } = await retag('plan');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const [repository, tag] of WANTED) {
      const [, own = ''] = stdout.split(`${registry.host}/${repository}\n`);
      expect(own).toMatch(new RegExp(`^(?: {2}.*\\n)*? {2}\\+ ${tag.replaceAll('.', '\\.')}(?: |\\n)`));
    }
    expect(stdout).toMatch(/\nPlan: 3 tags to create\. \d+\.\d s, \d+ requests\. Nothing was written\.\n$/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(writes(registry.requests.slice(from))).toEqual([]);
    expect(tagged(registry)).toEqual(NOTHING);
  });

  test('--exit-code: 3 with changes, 0 without, 1 when something is refused', async () => {
    expect(await retag('plan --exit-code')).toMatchObject({ code: 3 });
    expect(await retag('apply')).toMatchObject({ code: 0, stderr: '' });
    expect(tagged(registry)).toEqual(RIGHT);
    expect(await retag('plan --exit-code')).toMatchObject({ code: 0 });
    registry.putManifest(WANTED[0][0], WANTED[0][1], registry.manifest(WANTED[1][0], RIGHT[1]!)!);
    expect(await retag('plan --exit-code')).toMatchObject({ code: 1 });
  });

  test.each(['plan', 'apply'])(
    '%s --json: the report alone on stdout, the rest on stderr',
    async (command) => {
      const { code, stdout, stderr } = await retag(`${command} --json --report out/report.json`);
      const report = reportIn(stdout);
      expect({ code, command: report.command, retag: report.retag }).toEqual({
        code: 0,
        command,
        retag: VERSION,
      });
      expect(report.actions.map(({ digest }) => digest)).toEqual(RIGHT);
      expect(report.http.requests).toBeGreaterThan(0);
      expect(JSON.parse(place.read('out/report.json'))).toEqual(report);
      expect(stderr).toContain('  + ');
    },
  );

  test('--json with a refusal, and with an error: one document', async () => {
    registry.putManifest(WANTED[0][0], WANTED[0][1], registry.manifest(WANTED[1][0], RIGHT[1]!)!);
    const refused = await retag('apply --json');
    expect(refused.code).toBe(1);
    expect(reportIn(refused.stdout).counts).toMatchObject({ create: 2, refuse: 1 });
    const wrong = await retag('apply --json --config none.yaml');
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: there is no tag file "none\.yaml" in\s/),
    });
    expect(errorProblems(JSON.parse(wrong.stdout))).toEqual([]);
  });

  test('--quiet says nothing when all is well, and what is wrong otherwise', async () => {
    expect(await retag('apply --quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await retag('plan --quiet --config none.yaml')).stderr).toContain('none.yaml');
  });

  test('without a terminal there is no colour and no progress line', async () => {
    const { stdout, stderr } = await retag('apply --verbose', { env: { TERM: 'xterm-256color' } });
    expect(stdout + stderr).not.toContain('\u001b');
    expect(stdout + stderr).not.toContain('\r');
  });

  test('--force moves the tag that it names, and no other', async () => {
    const other = registry.manifest(WANTED[1][0], RIGHT[1]!)!;
    registry.putManifest(WANTED[0][0], WANTED[0][1], other);
    const done = await retag(`apply --json --force ${WANTED[0][0]}:${WANTED[0][1]}`);
    expect(reportIn(done.stdout).actions[0]).toMatchObject({
      action: 'move',
      previous: other.digest,
      reason: { code: 'forced' },
      outcome: 'done',
    });
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test('a reader that goes away does not end a run that is writing', async () => {
    const done = await retag('apply', { onStart: (child) => child.stdout.destroy() });
    expect(done).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test('apply | head -1', async () => {
    const words = `${process.execPath} dist/cli.cjs apply --config ${join(place.path, '.github/image-tags.yaml')} --registry-map docker.io=${registry.host}`;
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', `${words} | head -1; echo "\${PIPESTATUS[0]}"`],
      { env: childEnvironment({ HOME: place.path }) },
    );
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+\/starlingx\/k8s-cni-sriov\n0\n$/);
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test('apply --json > /dev/full: the tags are written, and the exit status says that the report is lost', async () => {
    const words = `${process.execPath} dist/cli.cjs apply --json --config ${join(place.path, '.github/image-tags.yaml')} --registry-map docker.io=${registry.host}`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', `${words} > /dev/full; echo $?`], {
      env: childEnvironment({ HOME: place.path }),
    });
    expect(stdout).toBe('1\n');
    expect(stderr).toMatch(/^error: the output cannot be written \(ENOSPC: .*\)$/m);
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test('a ref of a repository without builds and policy is classified as nothing', async () => {
    const { code, stdout } = await retag('plan --json --ref refs/tags/1.2.3 --sha ' + '3'.repeat(40));
    expect(code).toBe(0);
    expect(reportIn(stdout)).toMatchObject({
      ref: { ref: 'refs/tags/1.2.3', sha: '3'.repeat(40), event: null },
      classification: null,
      actions: [],
    });
  });
});

describe('usage', () => {
  test.each([
    ['', 'no command is given'],
    ['aply', 'there is no command "aply"\nhelp: did you mean "apply"?'],
    ['plan --jsn', 'there is no flag --jsn\nhelp: did you mean --json?'],
    ['apply --exit-code', '--exit-code does not go with "retag apply"\nhelp: it goes with: plan'],
    ['plan --ref', '--ref needs a value'],
    ['plan --ref= --json', '--ref needs a value'],
    ['plan --json=yes', '--json takes no value'],
    ['plan --report a --report b', '--report is given twice'],
    ['plan images.yaml', 'there is no tag file "images.yaml"'],
    ['demo images.yaml', '"images.yaml" is not understood by "retag demo"'],
    ['plan --only tags', '--only: "tags" is not known'],
    ['plan --concurrency many', 'concurrency: "many" is not a number of requests'],
    ['plan --timeout 0s', 'timeout: "0s" is not a time limit'],
    ['plan --registry-map docker.io', 'registry-map: "docker.io" is not "registry=registry"'],
    ['plan --force UPPER:1', 'force: '],
    ['classify --policy semvr 1.2.3', 'did you mean "semver"?'],
    ['classify --policy semver --config x 1', '--policy and --config are both given'],
  ])('retag %s', async (words, message) => {
    const from = registry.requests.length;
    const done = await place.retag(words === '' ? [] : words.split(' '));
    expect(done).toMatchObject({ code: 2, signal: null });
    expect(done.stderr).toMatch(/^error: /);
    expect(joined(done.stderr)).toContain(message);
    if (/--json\b/.test(words)) expect(errorProblems(JSON.parse(done.stdout))).toEqual([]);
    else expect(done.stdout).toBe('');
    expect(registry.requests).toHaveLength(from);
  });

  test('help and version', async () => {
    expect(await place.retag(['--version'])).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect((await place.retag(['--help'])).stdout).toContain('Usage: retag COMMAND');
    const { code, stdout } = await place.retag(['apply', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--force NAME[:TAG]');
    expect(stdout).not.toContain('--exit-code');
  });
});

describe('classify', () => {
  test('refs as words, as JSON: a list of {ref, …classification}', async () => {
    const words = ['classify', '--policy', 'wmcore', '--json', '2.3.4', 'refs/tags/2.3.4rc1', 'refs/heads/x'];
    const { code, stdout, stderr } = await place.retag(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject([
      {
        ref: 'refs/tags/2.3.4',
        class: 'final',
        tags: ['2.3.4'],
        stable_tags: ['2.3.4-stable'],
        channels: [],
      },
      { ref: 'refs/tags/2.3.4rc1', class: 'snapshot', tags: ['2.3.4rc1'], stable_tags: [] },
      { ref: 'refs/heads/x', class: null, rule: null, tags: [] },
    ]);
  });

  test('refs from standard input, as git show-ref prints them', async () => {
    const refs = Array.from({ length: 2000 }, (_, i) => `${'a'.repeat(40)} refs/tags/1.${i}.0`);
    const { code, stdout } = await place.retag(['classify', '--policy', 'semver', '--json'], {
      input: `${refs.join('\n')}\n${'b'.repeat(40)} refs/tags/1.0.0^{}\n`,
    });
    const classified = JSON.parse(stdout) as { ref: string; class: string }[];
    expect(code).toBe(0);
    expect(classified).toHaveLength(2000);
    expect(classified[1999]).toMatchObject({ ref: 'refs/tags/1.1999.0', class: 'final' });
  });

  test('a table for people, with the reason', async () => {
    const { stdout } = await place.retag(['classify', '--policy', 'semver', 'v1.2.3']);
    expect(stdout).toContain('v1.2.3');
    expect(stdout).toContain('latest');
    expect(stdout).not.toContain('\u001b');
  });

  test.each(['refs/tags/a b', 'refs/heads/..'])(
    '%j is no ref: exit status 2, and the others are classified',
    async (bad) => {
      const { code, stdout, stderr } = await place.retag([
        'classify',
        '--policy',
        'semver',
        '--json',
        bad,
        '1.2.3',
      ]);
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject([{ class: null }, { class: 'final' }]);
      expect(stderr).toMatch(/^error: /);
    },
  );
});

describe('a plan without the sources of a build', () => {
  const names = ['no-sources.yaml'] as const;
  const plan = async (...more: string[]) => {
    const builds = `builds:\n  - name: ${registry.host}/o/app\n    context: nowhere\n`;
    place.file(names[0], `policy: semver\n${builds}`);
    const ref = ['--ref', 'refs/tags/v1.2.3', '--sha', 'a'.repeat(40)];
    return place.retag(['plan', '--config', names[0], ...ref, ...more]);
  };

  test('warns at the lines of the tag file that apply would stop, and passes', async () => {
    const { code, stderr } = await plan('--quiet');
    expect(code).toBe(0);
    expect(joined(stderr).trim().split('\n')).toEqual([
      expect.stringMatching(
        /^warning: \S+: apply would stop here: no-sources\.yaml:4:14: there is no context "nowhere"/,
      ),
      expect.stringMatching(
        /^warning: \S+: apply would stop here: no-sources\.yaml:\d+:\d+: there is no Dockerfile/,
      ),
    ]);
  });

  test('the same is in the report', async () => {
    const { stdout } = await plan('--json');
    const { actions } = JSON.parse(stdout) as Report;
    expect(actions.map(({ action, warnings }) => [action, warnings.length])).toContainEqual(['build', 2]);
  });

  test('validate says nothing of it', async () => {
    await plan();
    expect(await place.retag(['validate', '--config', names[0]])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('validate', () => {
  test('counts what is there, and asks nobody', async () => {
    const from = registry.requests.length;
    expect(await place.retag(['validate'])).toMatchObject({
      code: 0,
      stdout: 'valid: .github/image-tags.yaml\n2 promotions, 0 builds and 0 rules in 1 tag file.\n',
      stderr: '',
    });
    expect(registry.requests).toHaveLength(from);
  });

  test('every problem of every file at once, with file, line and column', async () => {
    place.file('a.yaml', 'images:\n  - name: x/y\n    tag: 1.10\n');
    place.file('b.yaml', 'imagse: []\n');
    const { code, stderr } = await place.retag(['validate', '--config', 'a.yaml', '--config', 'b.yaml']);
    expect(code).toBe(2);
    const help =
      /^error: .*\n --> a\.yaml:3:10\n {2}\|\n3 \| {5}tag: 1\.10\n {2}\| {10}\^\nhelp: quote it: "1\.10"$/m;
    expect(stderr).toMatch(help);
    expect(stderr).toContain('error: unknown key "imagse"\n --> b.yaml:1:1\n');
    expect(stderr).toMatch(/help: write "images"\n$/);
  });
});

describe('a doubt about the policy', () => {
  const doubt =
    'warning: "latest" leaves {n} out, so only the first of the refs that differ there can have it';
  const file = (): void =>
    place.file(
      'doubt.yaml',
      "policy: { rules: [ { class: final, git_tag: 'v{n}', tags: [ 'v{n}', latest ] } ] }",
    );

  test.each(['validate', 'classify v1', 'classify --json v1', 'plan'])(
    '%s says it, and goes on',
    async (command) => {
      file();
      const { code, stdout, stderr } = await place.retag([...command.split(' '), '--config', 'doubt.yaml']);
      expect(code).toBe(0);
      expect(joined(stderr).split(doubt)).toHaveLength(2);
      expect(stderr).toContain(' --> doubt.yaml:1:69\n');
      expect(stdout).not.toContain('leaves');
    },
  );
});

describe('pin', () => {
  const commented = (): string =>
    TAG_FILE.replace('images:\n', '# reviewed\nimages:\n').replace(
      'tag: stx.4.0-v2.2',
      'tag: stx.4.0-v2.2 # the CNI',
    );

  test('writes what every source is now, and keeps the rest as it is', async () => {
    place.file('pin.yaml', commented());
    expect(await retag('pin --config pin.yaml')).toMatchObject({ code: 0, stderr: '' });
    const pinned = place.read('pin.yaml');
    expect(pinned.split('\n').filter((line) => !line.includes('src_digest'))).toEqual(
      commented().split('\n'),
    );
    for (const [repository] of WANTED) expect(pinned).toContain(`src_digest: ${digestOf(repository)}`);
    const from = registry.requests.length;
    expect(await retag('pin --config pin.yaml')).toMatchObject({ code: 0 });
    expect(place.read('pin.yaml')).toBe(pinned);
    expect(writes(registry.requests.slice(from))).toEqual([]);
    // A pinned file is applied as it is, and refuses a source that moved afterwards.
    expect(await retag('apply --config pin.yaml')).toMatchObject({ code: 0 });
    expect(tagged(registry)).toEqual(RIGHT);
  });

  test('an entry that cannot be pinned stalls no other; exit status 1', async () => {
    place.file('pin.yaml', commented().replace('k8s-cni-sriov', 'gone'));
    const done = await retag('pin --config pin.yaml');
    expect(done.code).toBe(1);
    expect(joined(done.stderr)).toMatch(
      /^error: .*gone:.*: the source tag does not exist; .*\n --> pin\.yaml:4:20\n/,
    );
    expect(place.read('pin.yaml')).toContain(`src_digest: ${RIGHT[1]!}`);
    expect(place.read('pin.yaml').match(/src_digest/g)).toHaveLength(1);
  });
});

test('demo tells its story from a copy of the bundle, in an empty directory, with nothing but PATH', async () => {
  const root = mkdtempSync(join(tmpdir(), 'retag-demo-'));
  try {
    // Away from the checkout: nothing that lies beside the bundle can help it.
    cpSync('dist', join(root, 'dist'), { recursive: true });
    mkdirSync(join(root, 'empty'));
    const done = await runBundle('cli', ['demo'], { cwd: join(root, 'empty'), dist: join(root, 'dist') });
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toContain('Requests that write: 0.');
    expect(done.stdout).toContain('exists as sha256:');
    expect(readdirSync(join(root, 'empty'))).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
