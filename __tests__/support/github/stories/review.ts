import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import {
  annotations,
  createWorld,
  event,
  lines,
  multi,
  TAG_FILE,
  type TestRegistry,
  type World,
} from '../world.js';

/** Plan on a pull request, merge, the source moved in between. */
export function reviewStories(startRegistry: () => Promise<TestRegistry>): void {
  let world: World;
  beforeEach(async () => {
    world = await createWorld(startRegistry);
  });
  afterEach(() => world.close());

  const entry = (name: string, build: string, tag: string): string =>
    `  - name: ${world.name(`team/${name}`)}\n    src_build_tag: ${build}\n    tag: '${tag}'\n`;
  const comments = () => world.local.repo.comments;

  /** `old` is broken on the base: its source is gone. The pull request edits `edited`, drops `dropped`, adds `added`. */
  async function pullRequest(more = 'review: require\n') {
    const released = multi('released');
    await world.push('team/edited', 'b1', released);
    await world.push('team/edited', '1.0', released);
    await world.push('team/edited', 'b2', multi('another build'));
    await world.push('team/dropped', 'b1', multi('dropped'));
    await world.push('team/added', 'b1', multi('added'));
    const stays = entry('old', 'gone', '1.0');
    const base = world.commit(
      `images:\n${stays}${entry('edited', 'b1', '1.0')}${entry('dropped', 'b1', '1.0')}`,
    );
    const text = `${more}images:\n${stays}${entry('added', 'b1', '1.0')}`;
    const head = world.commit(text, { branch: 'topic' });
    const pull = world.local.repo.open('Add it', 'dev', '', {
      head: 'topic',
      base: 'main',
      headSha: head,
      merged: null,
      mergedAt: null,
      reviews: [],
    });
    return { base, head, pull, stays };
  }

  test('story: one comment, updated in place; entries that it does not touch never fail it', async () => {
    const { base, head, pull } = await pullRequest();
    const on = event.pullRequest(pull.number, head, base);
    const registryBefore = world.written().registry;
    const first = await world.run(on);
    expect(lines(first)).toEqual(['refuse 1.0 planned source-missing', 'create 1.0 planned absent']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(comments()).toHaveLength(1);
    const [comment] = comments();
    const text = comment?.body ?? '';
    expect(text).toContain(`${world.name('team/dropped')}:1.0\` is taken out of the tag file`);
    // Touched first, the others folded away.
    expect(text.indexOf('team/added:1.0')).toBeLessThan(text.indexOf('<details>'));
    expect(text.indexOf('team/old:1.0')).toBeGreaterThan(text.indexOf('<details>'));

    const done = world.written();
    await world.run(on);
    expect(world.written()).toEqual(done);
    expect(done.registry).toBe(registryBefore);

    // The next push of the pull request breaks an entry of its own, and edits one whose tag is released.
    const worse = world.commit(
      `images:\n${entry('old', 'gone', '1.0')}${entry('edited', 'b2', '1.0')}${entry('added', 'nowhere', '1.0')}`,
      { branch: 'topic' },
    );
    const second = await world.run(event.pullRequest(pull.number, worse, base));
    expect(second.code).toBe(1);
    expect(comments()).toHaveLength(1);
    expect(comments()[0]?.body).toContain(
      `${world.name('team/edited')}:1.0\` exists already, and this pull request takes it from`,
    );
    expect(world.written()).toEqual({ ...done, github: done.github + 1 });
  });

  test('story: merged, and the source moved in between: refused, then written once it is looked at', async () => {
    const { base, head, pull } = await pullRequest();
    await world.run(event.pullRequest(pull.number, head, base));
    const merge = world.local.repo.merge(pull.number);
    const moved = multi('built again');
    await world.push('team/added', 'b1', moved);
    const written = world.written();
    const refused = await world.run(event.push(merge, base));
    expect(lines(refused)).toEqual(['refuse 1.0 skipped source-missing', 'refuse 1.0 skipped not-reviewed']);
    expect(refused.code).toBe(1);
    expect(annotations(refused, 'error')[1]).toMatch(
      new RegExp(`when pull request #${pull.number} was reviewed, and is ${moved.digest} now`),
    );
    // Later runs refuse it too, whatever has been committed since.
    world.local.repo.push('main', { other: { mode: '100644', text: 'x' } });
    expect(lines(await world.run(event.schedule(world.local.repo.main)))).toContain(
      'refuse 1.0 skipped not-reviewed',
    );
    expect(world.written()).toEqual(written);

    // A pull request about it reviews what is there now.
    const text = `review: require\nimages:\n${entry('added', 'b1', '1.0')}    platforms: [linux/amd64]\n`;
    const again = world.commit(text, { branch: 'again' });
    const next = world.local.repo.open('Look again', 'dev', '', {
      head: 'again',
      base: 'main',
      headSha: again,
      merged: null,
      mergedAt: null,
      reviews: [],
    });
    await world.run(event.pullRequest(next.number, again, world.local.repo.main, { branch: 'again' }));
    const second = world.local.repo.merge(next.number);
    expect(lines(await world.run(event.push(second, merge)))).toEqual(['create 1.0 done absent']);
    expect(await world.digest('team/added', '1.0')).toBe(moved.digest);
  });

  test('without review: require it is written, with a warning', async () => {
    const { base, head, pull } = await pullRequest('');
    await world.run(event.pullRequest(pull.number, head, base));
    const merge = world.local.repo.merge(pull.number);
    await world.push('team/added', 'b1', multi('built again'));
    const run = await world.run(event.push(merge, base));
    expect(lines(run)[1]).toBe('create 1.0 done absent');
    expect(annotations(run, 'warning')).toEqual([
      expect.stringContaining(`when pull request #${pull.number} was reviewed`),
    ]);
  });

  test('review: off looks at nothing', async () => {
    const { base, head, pull } = await pullRequest('review: off\n');
    await world.run(event.pullRequest(pull.number, head, base));
    const merge = world.local.repo.merge(pull.number);
    const moved = multi('built again');
    await world.push('team/added', 'b1', moved);
    const before = world.local.requests.length;
    const run = await world.run(event.push(merge, base));
    expect(lines(run)[1]).toBe('create 1.0 done absent');
    expect(annotations(run, 'warning')).toEqual([]);
    expect(world.local.requests.slice(before).filter(({ line }) => line.includes('/pulls'))).toEqual([]);
  });

  describe('a pull request of a fork', () => {
    test.each(['pull_request', 'pull_request_target'])(
      '%s: the summary alone, with a notice',
      async (name) => {
        const { base, head, pull } = await pullRequest();
        const on = event.pullRequest(pull.number, head, base, { from: 'stranger/app', name });
        const run = await world.run(on, { 'github-token': 'fork' });
        expect(run.code).toBe(0);
        expect(run.stdout).toContain('The plan is in the summary only');
        expect(run.summary).toContain('team/added:1.0');
        const asked = await world.run(on, { 'github-token': 'fork', comment: 'true' });
        expect(asked.code).toBe(0);
        expect(asked.stdout).toMatch(/the plan is in the summary only: .*pull-requests: write/);
        expect(comments()).toEqual([]);
        expect(world.local.writes()).toBe(0);
      },
    );

    test('comment: false is silent', async () => {
      const { base, head, pull } = await pullRequest();
      const run = await world.run(event.pullRequest(pull.number, head, base), { comment: 'false' });
      expect(run.code).toBe(0);
      expect(comments()).toEqual([]);
      expect(run.stdout).not.toContain('summary only');
    });
  });

  test('hostile names of branches and titles, and a marker that a person wrote', async () => {
    const { base, head, pull } = await pullRequest();
    pull.title = '@everyone <!-- retag:plan --> ::error::x';
    const branch = 'x`@octocat`](https://evil.example)\u202e::error::y';
    const run = await world.run(event.pullRequest(pull.number, head, base, { branch }));
    expect(run.code).toBe(0);
    const [mine] = comments();
    comments().push({ id: 2, issue: pull.number, login: 'stranger', body: mine?.body ?? '' });
    const done = world.written();
    await world.run(event.pullRequest(pull.number, head, base, { branch }));
    expect(world.written()).toEqual(done);
    expect(`${mine?.body ?? ''}${run.summary}`).not.toContain('@octocat');
    expect(`${mine?.body ?? ''}${run.summary}`).not.toContain('evil.example');
    expect(annotations(run, 'error').join()).not.toBe('y');
  });

  test('a comment over the limit is cut, with a link to the summary', async () => {
    await world.push('team/app', 'b1', multi('app'));
    const base = world.commit('images: []\n');
    const tags = Array.from({ length: 900 }, (_, i) => `'release-with-a-long-name-${'x'.repeat(60)}-${i}'`);
    const head = world.commit(
      `images:\n  - name: ${world.name('team/app')}\n    src_build_tag: b1\n    tags: [${tags.join(', ')}]\n`,
      { branch: 'topic' },
    );
    world.local.repo.open('Many', 'dev', '', {
      head: 'topic',
      base: 'main',
      headSha: head,
      merged: null,
      mergedAt: null,
      reviews: [],
    });
    const run = await world.run(event.pullRequest(1, head, base));
    expect(run.code).toBe(0);
    const [comment] = comments();
    expect(comment?.body.length).toBeLessThanOrEqual(65_536);
    expect(comment?.body).toMatch(/more are in the summary of the run|cut at GitHub's limit/);
    expect(comment?.body).toContain('/octo/app/actions/runs/99');
  });

  test('the tag file at the base is broken: every entry counts as brought by the pull request', async () => {
    await world.push('team/added', 'b1', multi('added'));
    const base = world.local.repo.push('main', { [TAG_FILE]: { mode: '100644', text: 'images: {' } });
    const head = world.commit(`images:\n${entry('added', 'b1', '1.0')}`, { branch: 'topic' });
    world.local.repo.open('Mend', 'dev', '', {
      head: 'topic',
      base: 'main',
      headSha: head,
      merged: null,
      mergedAt: null,
      reviews: [],
    });
    expect(await world.run(event.pullRequest(1, head, base))).toMatchObject({ code: 0 });
    expect(comments()).toHaveLength(1);
  });
}
