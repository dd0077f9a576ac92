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
  type TestRegistry,
  type World,
} from '../world.js';

/** Hold, green check, completed; and an architecture that rots and comes back. */
export function gateStories(startRegistry: () => Promise<TestRegistry>): void {
  let world: World;
  beforeEach(async () => {
    world = await createWorld(startRegistry);
  });
  afterEach(() => world.close());

  const policy = (more = ''): string => `policy:
  rules:
    - class: final
      git_tag: '{major}.{minor}.{patch}'
      tag: '{git_tag}'
${more}`;
  const builds = (platforms: string): string => `builds:
  - name: ${world.name('team/app')}
    platforms: ${platforms}
`;
  /** Puts the platforms of a release into the registry, and gives the input that hands them on. */
  async function built(content: string, ...platforms: readonly string[]): Promise<string> {
    const images = platforms.map((platform) => [platform, single(content, platform)] as const);
    for (const [, image] of images) await world.push('team/app', null, image);
    return JSON.stringify({
      [world.name('team/app')]: Object.fromEntries(
        images.map(([platform, { digest }]) => [platform, digest]),
      ),
    });
  }

  describe('story: a stable tag waits for its test', () => {
    test('a build: held, completed by workflow_run, and nothing is built again', async () => {
      world.commit(
        policy('      stable: { requires: [{ check: e2e }] }\n') + builds('[linux/amd64, linux/arm64]'),
      );
      const sha = world.local.repo.main;
      world.local.repo.git.refs.set('tags/1.2.3', sha);
      const digests = await built('1.2.3', 'linux/amd64', 'linux/arm64');

      const first = await world.run(event.tag('1.2.3', sha), { digests });
      expect(lines(first)).toEqual([
        'build 1.2.3 done absent',
        'create 1.2.3 done absent',
        'hold 1.2.3-stable skipped gate-pending',
      ]);
      expect(first).toMatchObject({ code: 0, outputs: { 'stable-tags': '' } });
      expect(first.summary).toContain('check "e2e" has not appeared on');
      const release = await world.digest('team/app', '1.2.3');
      expect(release).not.toBeNull();

      const before = world.written();
      const again = await world.run(event.tag('1.2.3', sha), { digests });
      expect(lines(again)).toEqual([
        'keep 1.2.3 skipped same-digest',
        'hold 1.2.3-stable skipped gate-pending',
      ]);
      expect(again.code).toBe(0);

      check(world, 'e2e', sha, 'failure');
      expect(lines(await world.run(event.tag('1.2.3', sha)))).toContain(
        'hold 1.2.3-stable skipped gate-failed',
      );
      expect(world.written()).toEqual(before);

      // The default branch has gone on; the check is on the commit of the release. The checkout has no git tags.
      const later = world.local.repo.push('main', { x: { mode: '100644', text: 'x' } });
      check(world, 'e2e', sha, 'success', '2026-01-10T00:00:00Z');
      const completed = await world.run(event.workflowRun('1.2.3', sha, later));
      expect(lines(completed)).toEqual(['keep 1.2.3 skipped same-digest', 'create 1.2.3-stable done absent']);
      expect(completed).toMatchObject({ code: 0, outputs: { changed: 'true' } });
      expect(await world.digest('team/app', '1.2.3-stable')).toBe(release);

      const done = world.written();
      expect(await world.run(event.workflowRun('1.2.3', sha, later))).toMatchObject({
        code: 0,
        outputs: { changed: 'false' },
      });
      expect(world.written()).toEqual(done);
    });

    test('a promotion: held while its check runs, completed on a schedule', async () => {
      const source = multi('source');
      await world.push('team/app', 'build-1', source);
      const commit = world.local.repo.main;
      const sha = world.commit(`images:
  - name: ${world.name('team/app')}
    src_build_tag: build-1
    src_ref: ${SERVER}/octo/app/commit/${commit}
    tag: '1.0'
    requires: [{ check: e2e }]
`);
      check(world, 'e2e', commit, null);
      const first = await world.run(event.push(sha, commit));
      expect(lines(first)).toEqual(['hold 1.0 skipped gate-pending']);
      expect(first.code).toBe(0);
      check(world, 'e2e', commit, 'success', '2026-01-10T00:00:00Z');
      expect(lines(await world.run(event.schedule(sha)))).toEqual(['create 1.0 done absent']);
      expect(await world.digest('team/app', '1.0')).toBe(source.digest);
      const done = world.written();
      expect(await world.run(event.schedule(sha))).toMatchObject({ code: 0, outputs: { changed: 'false' } });
      expect(world.written()).toEqual(done);
    });

    test('on_hold: fail makes such a run red', async () => {
      await world.push('team/app', 'build-1', multi('source'));
      const sha = world.commit(`on_hold: fail
images:
  - name: ${world.name('team/app')}
    src_build_tag: build-1
    tag: '1.0'
    requires: [{ check: e2e, ref: main }]
`);
      const run = await world.run(event.push(sha));
      expect(lines(run)).toEqual(['hold 1.0 skipped gate-pending']);
      expect(run.code).toBe(1);
    });
  });

  describe('story: an architecture that rots and comes back', () => {
    const PLATFORMS = `
      linux/amd64: release
      linux/arm64: { stage: release, requires: [{ check: conformance-arm64, ref: main }] }
`;
    const commitDay = (day: string, conclusion: string): string => {
      const date = `2026-01-${day}T12:00:00Z`;
      const sha = world.local.repo.push('main', {}, `day ${day}`, date);
      check(world, 'conformance-arm64', sha, conclusion, date);
      return sha;
    };
    const matrixOf = (outputs: Readonly<Record<string, string>>): string[] =>
      (JSON.parse(outputs['matrix'] ?? '') as { include: { platform: string }[] }).include.map(
        ({ platform }) => platform,
      );

    test('in the release, out of it since the first red day, and back', async () => {
      world.commit(policy() + builds(PLATFORMS), { date: '2026-01-02T00:00:00Z' });
      world.location.file('Dockerfile', 'FROM scratch\n');
      const good = commitDay('02', 'success');
      const first = await world.run(event.tag('1.0.0', good), { command: 'plan' });
      expect(matrixOf(first.outputs)).toEqual(['linux/amd64', 'linux/arm64']);

      commitDay('03', 'failure');
      const bad = commitDay('04', 'failure');
      const planned = await world.run(event.tag('1.0.1', bad), { command: 'plan' });
      expect(matrixOf(planned.outputs)).toEqual(['linux/amd64']);
      expect(annotations(planned, 'warning')).toEqual([
        expect.stringMatching(/linux\/arm64 counts as "test" instead of "release" since 2026-01-03: check/),
      ]);
      expect(planned.summary).toMatch(/`linux\/arm64` \| release \| \*\*test\*\* \| 2026-01-03 \|/);
      expect(planned.report?.stages).toMatchObject([
        { platform: 'linux/amd64', by_file: 'release', today: 'release', since: null },
        { platform: 'linux/arm64', by_file: 'release', today: 'test', since: '2026-01-03T12:00:00.000Z' },
      ]);
      const table = await world.retag(['stages', '--ref', 'refs/tags/1.0.1', '--sha', bad]);
      expect(table).toMatchObject({ code: 0, stderr: '' });
      expect(table.stdout).toMatch(/linux\/arm64 +release +test +2026-01-03 \(\d+ d\) +check/);

      const released = await world.run(event.tag('1.0.1', bad), {
        digests: await built('1.0.1', 'linux/amd64'),
      });
      expect(lines(released)).toEqual(['build 1.0.1 done absent', 'create 1.0.1 done absent']);

      // The release without arm64 stays as it is once arm64 is back.
      const mended = commitDay('05', 'success');
      const done = world.written();
      expect(await world.run(event.tag('1.0.1', bad))).toMatchObject({
        code: 0,
        outputs: { changed: 'false' },
      });
      expect(world.written()).toEqual(done);
      const back = await world.run(event.tag('1.0.2', mended), {
        digests: await built('1.0.2', 'linux/amd64', 'linux/arm64'),
      });
      expect(back).toMatchObject({ code: 0, outputs: { changed: 'true' } });
      expect(annotations(back, 'warning')).toEqual([]);
      expect(back.report?.stages.map(({ today }) => today)).toEqual(['release', 'release']);
    });

    test('stage_policy: fail refuses the release instead, and nothing is written', async () => {
      world.commit(`stage_policy: fail\n${policy()}${builds(PLATFORMS)}`, { date: '2026-01-02T00:00:00Z' });
      const bad = commitDay('03', 'failure');
      const run = await world.run(event.tag('1.0.0', bad), {
        digests: await built('1.0.0', 'linux/amd64', 'linux/arm64'),
      });
      expect(lines(run)).toEqual(['refuse 1.0.0 skipped gate-failed']);
      expect(run.code).toBe(1);
      expect(await world.digest('team/app', '1.0.0')).toBeNull();
      const table = await world.retag(['stages', '--ref', 'refs/tags/1.0.0', '--sha', bad]);
      expect(table.code).toBe(1);
    });

    test('an index without a release platform is refused before any tag', async () => {
      world.commit(policy() + builds('[linux/amd64, linux/arm64]'));
      const sha = world.local.repo.main;
      const half = await built('1.0.0', 'linux/amd64');
      const missing = await world.run(event.tag('1.0.0', sha), { digests: half });
      expect(missing.code).toBe(2);
      expect(annotations(missing, 'error').join()).toContain('has no digest for linux/arm64');
      // The job of arm64 handed on what is an amd64 image.
      const [name = '', digests = {}] =
        Object.entries(JSON.parse(half) as Record<string, Record<string, string>>)[0] ?? [];
      const other = single('1.0.0 once more');
      await world.push('team/app', null, other);
      const wrong = await world.run(event.tag('1.0.0', sha), {
        digests: JSON.stringify({ [name]: { ...digests, 'linux/arm64': other.digest } }),
      });
      expect(wrong.code).toBe(1);
      expect(wrong.report?.actions[0]?.error?.text).toContain('linux/arm64');
      expect(await world.digest('team/app', '1.0.0')).toBeNull();
    });
  });
}
