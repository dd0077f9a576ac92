import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import {
  annotations,
  check,
  createWorld,
  event,
  lines,
  multi,
  SERVER,
  single,
  type World,
} from '../../support/github/world.js';
import { embedded } from '../../support/github/embedded.js';

/** What GitHub, its permissions and its limits do to a run of the bundle. */
let world: World;
beforeEach(async () => {
  world = await createWorld(embedded, {
    'values.yaml': { mode: '100644', text: 'image: { tag: old }\n' },
  });
});
afterEach(() => world.close());

const promotion = (more = ''): string => `images:
  - name: ${world.name('team/app')}
    src_build_tag: b1
    src_ref: ${SERVER}/octo/app/commit/${world.local.repo.main}
    tag: '1.0'
${more}`;
const REFERENCES = '    references: [{ file: values.yaml, path: image }]\n';
const tracking = (): string =>
  "tracking: { title: '{name}', labels: ['release/{major}.{minor}'], shepherds: [octocat, hubot] }\n";
const token = (permissions: Record<string, 'read' | 'write'>) =>
  world.local.state.tokens.set('job', { login: 'github-actions[bot]', kind: 'job', permissions });
const ALL = {
  contents: 'write',
  checks: 'read',
  statuses: 'read',
  actions: 'read',
  issues: 'write',
  'pull-requests': 'write',
} as const;
const without = (name: keyof typeof ALL) =>
  token(Object.fromEntries(Object.entries(ALL).filter(([key]) => key !== name)));

describe('story: a claimed number', () => {
  const tagFile = (): string => `policy:
  rules:
    - class: snapshot
      branch: main
      tag: 'v0.0.{seq:2}'
      claim: git-tag
builds:
  - name: ${world.name('team/app')}
    platforms: [linux/amd64]
`;
  async function digests(content: string): Promise<string> {
    const image = single(content);
    await world.push('team/app', null, image);
    return JSON.stringify({ [world.name('team/app')]: { 'linux/amd64': image.digest } });
  }
  const tagsOf = (): string[] =>
    [...world.local.repo.git.refs.keys()].filter((ref) => ref.startsWith('tags/')).sort();

  test('of two runs at once each gets a number of its own; a run again takes none', async () => {
    const one = world.commit(tagFile());
    const two = world.local.repo.push('main', {});
    const inputs = [await digests('one'), await digests('two')];
    const runs = await Promise.all(
      [one, two].map((sha, i) => world.run(event.push(sha), { digests: inputs[i] ?? '' })),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(tagsOf()).toEqual(['tags/v0.0.01', 'tags/v0.0.02']);
    expect(new Set(runs.map(({ outputs }) => outputs['version']))).toEqual(new Set(['v0.0.01', 'v0.0.02']));
    for (const { outputs } of runs) {
      const tag = outputs['version'] ?? '';
      const sha = outputs['tags'] === runs[0]?.outputs['tags'] ? one : two;
      expect(world.local.repo.git.refs.get(`tags/${tag}`)).toBe(sha);
      expect(await world.digest('team/app', tag)).not.toBeNull();
    }
    const done = world.written();
    const newest = runs.findIndex(({ outputs }) => outputs['version'] === 'v0.0.02');
    const again = await world.run(event.push(newest === 0 ? one : two), { digests: inputs[newest] ?? '' });
    expect(again).toMatchObject({ code: 0, outputs: { changed: 'false', version: 'v0.0.02' } });
    expect(world.written()).toEqual(done);
  });

  test('without the permission the error names it, and nothing is written', async () => {
    const sha = world.commit(tagFile());
    token({ ...ALL, contents: 'read' });
    const given = await digests('one');
    const before = world.written();
    const run = await world.run(event.push(sha), { digests: given });
    expect(run.code).toBe(1);
    expect(annotations(run, 'error').join()).toContain(
      'add "contents: write" under "permissions:" of the job',
    );
    expect(world.written()).toEqual(before);
    expect(tagsOf()).toEqual([]);
  });

  test('a plan claims nothing', async () => {
    const sha = world.commit(tagFile());
    const run = await world.run(event.push(sha), { command: 'plan' });
    expect(run).toMatchObject({ code: 0, outputs: { version: 'v0.0.01' } });
    expect(world.local.requests).toEqual([]);
  });
});

describe('after the tags were written', () => {
  const setUp = async (): Promise<string> => {
    await world.push('team/app', 'b1', multi('app'));
    world.local.repo.collaborators.add('octocat').add('hubot');
    return world.commit(tracking() + promotion(REFERENCES));
  };

  test('the API is down: exit 1 says that the tags are there, and a run again does the rest', async () => {
    const sha = await setUp();
    const answer = { status: 503, message: 'Service unavailable' };
    world.local.fail({ on: /octo\/app\/(?:git|pulls|issues|labels|assignees)/, times: 1000, answer });
    const run = await world.run(event.push(sha));
    expect(run.code).toBe(1);
    expect(lines(run)).toEqual(['create 1.0 done absent']);
    expect(annotations(run, 'error')).toEqual([
      expect.stringMatching(
        /^the tags are there, but the follow-up pull request could not be .*; run again to do the rest: .*503/,
      ),
      expect.stringMatching(
        /^the tags are there, but the tracking issues could not be .*; run again to do the rest: .*503/,
      ),
    ]);
    expect(run.summary).toContain('**error**: the tags are there');
    expect(run.outputs).toMatchObject({ changed: 'true' });

    world.local.heal();
    const registry = world.written().registry;
    const again = await world.run(event.push(sha));
    expect(again).toMatchObject({ code: 0, outputs: { changed: 'false' } });
    expect(world.written().registry).toBe(registry);
    expect(world.local.repo.issues.map(({ title }) => title)).toEqual([
      `Use ${world.name('team/app')}:1.0`,
      world.name('team/app'),
    ]);
    // GitHub is asked again for some seconds before it is given up.
  }, 60_000);

  test.each([
    ['contents', 'contents: write', /follow-up/],
    ['pull-requests', 'pull-requests: read', /follow-up/],
    ['issues', 'issues: read', /tracking/],
  ] as const)('without %s the permission is named', async (name, line, what) => {
    const sha = await setUp();
    if (name === 'contents') token({ ...ALL, contents: 'read' });
    else without(name);
    const run = await world.run(event.push(sha));
    expect(run.code).toBe(1);
    const errors = annotations(run, 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(what);
    expect(errors[0]).toContain(`add "${line}" under "permissions:" of the job`);
    expect(await world.digest('team/app', '1.0')).not.toBeNull();
  });

  test('the repository does not let workflows open pull requests: the setting is named', async () => {
    const sha = await setUp();
    world.local.fail({
      on: /^POST .*\/pulls$/,
      answer: { status: 403, message: 'GitHub Actions is not permitted to create or approve pull requests.' },
    });
    const run = await world.run(event.push(sha));
    expect(run.code).toBe(1);
    expect(annotations(run, 'error').join()).toContain(
      'Allow GitHub Actions to create and approve pull requests',
    );
  });

  test('a rehearsal against another registry has no consequences', async () => {
    await setUp();
    const sha = world.commit(
      (tracking() + promotion(REFERENCES)).replace(`${world.registry.host}/`, 'registry.example/'),
    );
    const run = await world.run(event.push(sha), {
      'registry-map': `registry.example=${world.registry.host}`,
    });
    expect(lines(run)).toEqual(['create 1.0 done absent']);
    expect(run.code).toBe(0);
    expect(world.local.writes()).toBe(0);
  });
});

describe('gates', () => {
  const gated = (gate: string): string => promotion(`    requires: [${gate}]\n`);
  const run = async (gate: string) => {
    await world.push('team/app', 'b1', multi('app'));
    const sha = world.commit(gated(gate));
    return world.run(event.push(sha));
  };

  test.each([
    ['{}', /requires/],
    ['{ check: "" }', /check/],
    ['{ green_for: 30d }', /check|workflow|approved_by/],
    ['{ chek: e2e }', /chek.*check/],
    ['{ workflow: ci.yml, check: e2e }', /./],
    ['{ check: e2e, repo: not-a-repo }', /OWNER\/NAME/],
  ])('%s is an error with its line', async (gate, what) => {
    const done = await run(gate);
    expect(done.code).toBe(2);
    const errors = done.commands.filter(({ name }) => name === 'error');
    const error = errors.find(({ text }) => what.test(text));
    expect(errors.map(({ text }) => text).join('\n')).toMatch(what);
    expect(error?.properties).toMatchObject({ file: '.github/image-tags.yaml' });
    expect(Number(error?.properties['line'])).toBeGreaterThan(0);
  });

  test('two checks of one name: both must be green', async () => {
    const sha = world.local.repo.main;
    check(world, 'e2e', sha, 'success');
    world.local.repo.checks.push({
      sha,
      name: 'e2e',
      app: 'other-ci',
      status: 'completed',
      conclusion: 'failure',
      at: '2026-01-08T00:00:00Z',
    });
    expect(lines(await run('{ check: e2e }'))).toEqual(['hold 1.0 skipped gate-failed']);
  });

  test.each([
    ['{ check: e2e }', 'checks', 'checks: read'],
    ['{ check: e2e }', 'statuses', 'statuses: read'],
    ['{ workflow: ci.yml, branch: main }', 'actions', 'actions: read'],
    ["{ approved_by: '@octocat' }", 'pull-requests', 'pull-requests: read'],
  ] as const)('%s without %s: unknown, refused, and the permission is named', async (gate, name, line) => {
    without(name);
    const done = await run(gate);
    expect(lines(done)).toEqual(['refuse 1.0 skipped unknown']);
    expect(done.code).toBe(1);
    expect(annotations(done, 'error').join()).toContain(`add "${line}" under "permissions:" of the job`);
  });

  test('without a token: refused, with how to give one', async () => {
    await world.push('team/app', 'b1', multi('app'));
    const done = await world.run(event.push(world.commit(gated('{ check: e2e }'))), { 'github-token': '' });
    expect(lines(done)).toEqual(['refuse 1.0 skipped unknown']);
    expect(annotations(done, 'error').join()).toContain('input github-token');
  });

  test("a check on the image's own commit, by its revision label", async () => {
    const built = world.local.repo.main;
    await world.push('team/app', 'b1', multi('app', { revision: built }));
    const sha = world.commit(gated('{ check: e2e }').replace(/ +src_ref.*\n/, ''));
    check(world, 'e2e', built, 'success');
    expect(lines(await world.run(event.push(sha)))).toEqual(['create 1.0 done absent']);
  });

  test('approved_by is about the change that brought the entry in, not about a later one', async () => {
    await world.push('team/app', 'b1', multi('app'));
    const pull = (branch: string, login: string) => {
      const headSha = world.local.repo.git.refs.get(`heads/${branch}`) ?? '';
      const reviews = [{ login, state: 'APPROVED', at: '2026-01-03T00:00:00Z' }];
      const number = world.local.repo.open(branch, 'dev', '', {
        head: branch,
        base: 'main',
        headSha,
        merged: null,
        mergedAt: null,
        reviews,
      }).number;
      return world.local.repo.merge(number);
    };
    const text = gated("{ approved_by: '@octocat' }");
    world.commit(text, { branch: 'entry' });
    const brought = pull('entry', 'someone');
    expect(lines(await world.run(event.push(brought)))).toEqual(['hold 1.0 skipped gate-pending']);
    world.local.repo.push('other', { x: { mode: '100644', text: 'x' } });
    const other = pull('other', 'octocat');
    expect(lines(await world.run(event.push(other)))).toEqual(['hold 1.0 skipped gate-pending']);
    world.commit(text.replace("'1.0'", "'1.1'"), { branch: 'again' });
    const approved = pull('again', 'octocat');
    expect(lines(await world.run(event.push(approved)))).toEqual(['create 1.1 done absent']);
  });
});

describe('rate limits', () => {
  const gated = async () => {
    await world.push('team/app', 'b1', multi('app'));
    check(world, 'e2e', world.local.repo.main, 'success');
    return world.commit(promotion('    requires: [{ check: e2e }]\n'));
  };

  test('a short one is waited for', async () => {
    const sha = await gated();
    const answer = {
      status: 429,
      message: 'You have exceeded a secondary rate limit',
      headers: { 'retry-after': '1' },
    };
    world.local.fail({ on: /check-runs/, answer });
    expect(lines(await world.run(event.push(sha)))).toEqual(['create 1.0 done absent']);
  });

  test('a long one is unknown, and says when to run again', async () => {
    const sha = await gated();
    const reset = Math.floor(Date.now() / 1000) + 3600;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    const answer = { status: 403, message: 'API rate limit exceeded', headers };
    world.local.fail({ on: /check-runs/, times: 10, answer });
    const run = await world.run(event.push(sha));
    expect(lines(run)).toEqual(['refuse 1.0 skipped unknown']);
    expect(annotations(run, 'error').join()).toMatch(
      /rate limit is used up until .* UTC; run again after that/,
    );
  });
});

test('GitHub Enterprise Server: the API below a path, in small pages', async () => {
  world.local.prefix = '/api/v3';
  world.local.pageSize = 1;
  await world.push('team/app', 'b1', multi('app'));
  world.local.repo.collaborators.add('octocat').add('hubot');
  const sha = world.commit(tracking() + promotion('    requires: [{ check: e2e }]\n' + REFERENCES));
  for (const name of ['a', 'b', 'e2e'])
    check(world, name, world.local.repo.git.resolve(sha)?.parents[0] ?? '', 'success');
  const env = { GITHUB_API_URL: `${world.local.url}/api/v3` };
  const run = await world.run(event.push(sha), {}, env);
  expect(run).toMatchObject({ code: 0, outputs: { changed: 'true' } });
  expect(world.local.repo.issues).toHaveLength(2);
  const done = world.written();
  await world.run(event.push(sha), {}, env);
  expect(world.written()).toEqual(done);
});

describe('the command line', () => {
  test('an event file that is not there does not spoil --json', async () => {
    const run = await world.retag(['tracking', '--json'], { GITHUB_EVENT_PATH: '/nonexistent/event.json' });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual([]);
  });

  test('tracking without a repository or a token says what to set', async () => {
    const noToken = await world.retag(['tracking'], { GITHUB_TOKEN: '' });
    expect(noToken).toMatchObject({ code: 1, stdout: '' });
    expect(noToken.stderr).toContain('GITHUB_TOKEN');
    const noRepository = await world.retag(['tracking'], { GITHUB_REPOSITORY: '' });
    expect(noRepository.stderr).toContain('GITHUB_REPOSITORY');
  });
});
