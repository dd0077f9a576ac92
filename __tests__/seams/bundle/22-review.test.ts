/** What nobody saw on a pull request is warned of or refused, and never passes in silence. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { embedded } from '../../support/github/embedded.js';
import { annotations, createWorld, event, lines, multi, type World } from '../../support/github/world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld(embedded);
});
afterEach(() => world.close());

const comments = () => world.local.repo.comments;
const entry = (name: string, tag = '1.0'): string =>
  `  - name: ${world.name(`team/${name}`)}\n    src_build_tag: b1\n    tag: '${tag}'\n`;
const UNSEEN = 'nobody saw this plan on a pull request: ';

/** A pull request that adds `app`, planned when `planned` says so. */
async function pullRequest(review: string, planned = true, more = '') {
  await world.push('team/app', 'b1', multi('app'));
  const base = world.commit(`${review}images: []\n`);
  const head = world.commit(`${review}images:\n${entry('app')}${more}`, { branch: 'topic' });
  const pull = { head: 'topic', base: 'main', headSha: head, merged: null, mergedAt: null, reviews: [] };
  const { number } = world.local.repo.open('Add it', 'dev', '', pull);
  if (planned) await world.run(event.pullRequest(number, head, base));
  return { base, head, number };
}

async function merged(review: string, before: () => void = () => undefined, planned = true) {
  const { base, number } = await pullRequest(review, planned);
  before();
  return world.run(event.push(world.local.repo.merge(number), base));
}

const lost = (change: (comment: { body: string; login: string; updated?: string }) => void) => () => {
  const [comment] = comments();
  if (comment === undefined) throw new Error('there is no comment');
  change(comment);
};

const CAUSES: readonly (readonly [string, () => void, string])[] = [
  ['missing', () => void comments().splice(0), 'pull request #1 has no plan comment by github-actions[bot]'],
  [
    'damaged',
    lost((comment) => (comment.body = comment.body.replace(/ -->\n\n/, '\n\n'))),
    'the recorded data is damaged',
  ],
  [
    'edited where people read it',
    lost((comment) => (comment.body = comment.body.replace('1 tag to create', 'Nothing to do'))),
    'in the plan comment the text was changed',
  ],
  [
    'edited after the merge',
    lost((comment) => (comment.updated = '2026-02-01T00:00:00Z')),
    'the plan comment of pull request #1 was changed after the merge',
  ],
  [
    'written by a person',
    lost((comment) => (comment.login = 'mallory')),
    'is by mallory, not by github-actions[bot]',
  ],
  [
    'written by another bot, as after a change of token',
    lost((comment) => (comment.login = 'other[bot]')),
    'is by other[bot], not by github-actions[bot]',
  ],
  [
    "another workflow's, about other tag files",
    lost(
      (comment) =>
        (comment.body = comment.body.replace(/retag:plan [0-9a-f]+/, 'retag:plan 0123456789abcdef')),
    ),
    'has no plan comment by github-actions[bot]',
  ],
];

describe('seam 22: a plan comment that is lost', () => {
  test.each(CAUSES)('seam 22: %s: require refuses', async (_, before, why) => {
    const run = await merged('review: require\n', before);
    expect(lines(run)).toEqual(['refuse 1.0 skipped not-reviewed']);
    expect(run.code).toBe(1);
    expect(annotations(run, 'error')).toEqual([expect.stringContaining(UNSEEN)]);
    expect(annotations(run, 'error')[0]).toContain(why);
    expect(await world.digest('team/app', '1.0')).toBeNull();
  });

  test.each(CAUSES)('seam 22: %s: by default a warning on its line', async (_, before, why) => {
    const run = await merged('', before);
    expect(lines(run)).toEqual(['create 1.0 done absent']);
    expect(run.code).toBe(0);
    expect(run.report?.actions[0]?.warnings).toEqual([expect.stringContaining(why)]);
    expect(annotations(run, 'warning')).toEqual([expect.stringContaining(why)]);
  });
});

test.each(['', 'review: warn\n', 'review: require\n', 'review: off\n'])(
  'seam 22: what was seen is written without a word (%j)',
  async (review) => {
    const run = await merged(review);
    expect(lines(run)).toEqual(['create 1.0 done absent']);
    expect(annotations(run, 'warning')).toEqual([]);
  },
);

describe('seam 22: a push without a pull request', () => {
  const push = async (review: string, inputs = {}) => {
    await world.push('team/app', 'b1', multi('app'));
    const sha = world.commit(`${review}images:\n${entry('app')}${entry('app', '1.1')}${entry('app', '1.2')}`);
    return world.run(event.push(sha), inputs);
  };

  test('seam 22: is warned of once, with the number of the others', async () => {
    const run = await push('');
    expect(lines(run)).toEqual(['1.0', '1.1', '1.2'].map((tag) => `create ${tag} done absent`));
    expect(annotations(run, 'warning')).toEqual([
      expect.stringMatching(
        /commit [0-9a-f]{7} came without a pull request into main \(the same holds for 2 more\)$/,
      ),
    ]);
  });

  test('seam 22: is refused with require', async () => {
    const run = await push('review: require\n');
    expect(lines(run)).toEqual(['1.0', '1.1', '1.2'].map((tag) => `refuse ${tag} skipped not-reviewed`));
  });

  test.each([
    ['review: require\n', 'off', 'create', 0],
    ['', 'require', 'refuse', 0],
    ['review: off\n', 'warn', 'create', 1],
  ])('seam 22: the input overrides the tag file (%j, %s)', async (review, input, action, warnings) => {
    const run = await push(review, { review: input });
    expect(run.report?.actions.map((each) => each.action)).toEqual([action, action, action]);
    expect(annotations(run, 'warning')).toHaveLength(warnings);
  });

  test('seam 22: another word is an error that names the three', async () => {
    const run = await push('', { review: 'always' });
    expect(run.code).toBe(2);
    expect(annotations(run, 'error')[0]).toContain('give one of warn, require, off');
  });
});

test('seam 22: a merge into another branch is no review of this one', async () => {
  const { base, number } = await pullRequest('review: require\n');
  world.local.repo.git.refs.set('heads/develop', base);
  const pull = world.local.repo.issues[number - 1]?.pull;
  if (pull == null) throw new Error('there is no pull request');
  pull.base = 'develop';
  const merge = world.local.repo.merge(number);
  world.local.repo.git.refs.set('heads/main', merge);
  expect(lines(await world.run(event.push(merge, base)))).toEqual(['refuse 1.0 skipped not-reviewed']);
});

test('seam 22: GitHub that cannot be asked is no review', async () => {
  const { base, number } = await pullRequest('review: require\n');
  const merge = world.local.repo.merge(number);
  world.local.fail({ on: /\/pulls$/, times: 9, answer: { status: 403, message: 'no' } });
  const run = await world.run(event.push(merge, base));
  expect(lines(run)).toEqual(['refuse 1.0 skipped not-reviewed']);
  expect(annotations(run, 'error')[0]).toContain('pull requests cannot be read');
});

test('seam 22: a tag that waited for a gate when it was planned is reviewed all the same', async () => {
  const gate = '    requires: [{ check: e2e, ref: main }]\n';
  const { base, number } = await pullRequest('review: require\n', true, gate);
  const merge = world.local.repo.merge(number);
  expect(lines(await world.run(event.push(merge, base)))).toEqual(['hold 1.0 skipped gate-pending']);
  const check = { name: 'e2e', app: 'ci', status: 'completed' as const, conclusion: 'success' };
  world.local.repo.checks.push({ ...check, sha: merge, at: '2026-01-09T00:00:00Z' });
  expect(lines(await world.run(event.schedule(merge)))).toEqual(['create 1.0 done absent']);
});

describe('seam 22: the command line', () => {
  const apply = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    world.retag(['apply', '--config', '.github/image-tags.yaml', '--json', ...args], env);
  const outside = { GITHUB_REPOSITORY: '', GITHUB_TOKEN: '' };

  test('seam 22: outside GitHub require refuses and the default says nothing', async () => {
    await world.push('team/app', 'b1', multi('app'));
    world.commit(`images:\n${entry('app')}`);
    const refused = await apply(['--review', 'require'], outside);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('"not-reviewed"');
    expect(refused.stdout).toContain('the GitHub repository is not known');
    const written = await apply([], outside);
    expect(written.code).toBe(0);
    expect(written.stdout).toContain('"warnings": []');
  });

  test('seam 22: another word is an error that names the three', async () => {
    world.commit('images: []\n');
    const run = await apply(['--review=always'], outside);
    expect(run.code).toBe(2);
    expect(run.stdout + run.stderr).toContain('write one of warn, require, off');
  });
});

test('seam 22: the old key is an error that names the new one', async () => {
  world.location.file('old.yaml', 'on_moved: refuse\nimages: []\n');
  const run = await world.retag(['validate', '--config', 'old.yaml', '--json']);
  expect(run.code).toBe(2);
  expect(run.stdout + run.stderr).toContain('review: require');
});
