import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { File } from '../git.js';
import {
  annotations,
  check,
  createWorld,
  event,
  lines,
  multi,
  single,
  type TestRegistry,
  type World,
} from '../world.js';

const file = (text: string): File => ({ mode: '100644', text });

const VALUES = `# images of the platform
images:
  sriov: REG/team/sriov:old   # a plain image
  multus: { repository: REG/team/multus, tag: "old", digest: '' }
`;
const KUSTOMIZATION = `images:
- name: REG/team/sriov
  newTag: old # bumped by hand so far
- name: other
  newTag: v1
`;
const DAEMONSET = `spec:
  containers:
  - name: a
    image: REG/team/sriov:old@sha256:${'0'.repeat(64)}
  - name: b
    image: elsewhere/team/sriov:old
`;

/** Promotion, follow-up pull request, second promotion into the same; a tracked image from snapshot to stable. */
export function afterStories(startRegistry: () => Promise<TestRegistry>): void {
  let world: World;
  beforeEach(async () => {
    world = await createWorld(startRegistry);
    const fill = (text: string): File => file(text.replaceAll('REG', world.registry.host));
    world.local.repo.push('main', {
      'charts/values.yaml': fill(VALUES),
      'deploy/kustomization.yaml': fill(KUSTOMIZATION),
      'deploy/daemonset.yaml': fill(DAEMONSET),
    });
  });
  afterEach(() => world.close());

  const onBranch = (path: string, branch = 'retag/follow-up/main'): string =>
    world.local.repo.git.files(world.local.repo.git.resolve(`heads/${branch}`)!.tree)[path]?.text ?? '';

  describe('the follow-up pull request', () => {
    const sriov = (tag: string): string => `images:
  - name: ${world.name('team/sriov')}
    src_build_tag: b1
    tag: '${tag}'
    bug: 'Closes-Bug: 1854869'
    references:
      - { file: charts/values.yaml, path: images.sriov }
      - { file: deploy/kustomization.yaml, path: images }
      - { file: deploy/daemonset.yaml, path: '**.image' }
`;
    const multus = (): string => `  - name: ${world.name('team/multus')}
    src_build_tag: b1
    tag: '1.10'
    references: [{ file: charts/values.yaml, path: images.multus }]
`;

    test('story: promotion, pull request, second promotion into the same, merged, closed when superseded', async () => {
      const image = multi('sriov');
      await world.push('team/sriov', 'b1', image);
      await world.push('team/multus', 'b1', multi('multus'));
      const first = world.commit(sriov('2.2'));
      const run = await world.run(event.push(first));
      expect(run).toMatchObject({ code: 0, outputs: { changed: 'true' } });
      expect(run.summary).toContain('Follow-up pull request: created');
      const [pull] = world.local.repo.issues;
      expect(pull).toMatchObject({ state: 'open', title: `Use ${world.name('team/sriov')}:2.2` });
      expect(pull?.body).toContain('Checks do not run here by themselves');
      const host = world.registry.host;
      expect(onBranch('charts/values.yaml')).toBe(
        VALUES.replaceAll('REG', host).replace('sriov:old', 'sriov:2.2'),
      );
      expect(onBranch('deploy/kustomization.yaml')).toBe(
        KUSTOMIZATION.replaceAll('REG', host).replace('newTag: old', `newTag: "2.2"`),
      );
      expect(onBranch('deploy/daemonset.yaml')).toBe(
        DAEMONSET.replaceAll('REG', host).replace(`old@sha256:${'0'.repeat(64)}`, `2.2@${image.digest}`),
      );
      const commit = world.local.repo.git.resolve('heads/retag/follow-up/main');
      expect(commit?.message).toMatch(/\n\nCloses-Bug: 1854869\nRetag-Edits: [0-9a-f]{64}$/);

      let done = world.written();
      expect(await world.run(event.push(first))).toMatchObject({ code: 0, outputs: { changed: 'false' } });
      expect(world.written()).toEqual(done);

      const second = world.commit(sriov('2.2') + multus());
      expect((await world.run(event.push(second, first))).summary).toContain(
        'Follow-up pull request: updated',
      );
      expect(world.local.repo.issues.filter((issue) => issue.pull)).toHaveLength(1);
      expect(pull?.title).toBe('Use 2 new image tags');
      expect(onBranch('charts/values.yaml')).toContain('tag: "1.10", digest: \'\' }');
      expect(onBranch('charts/values.yaml')).toContain('sriov:2.2   # a plain image');

      const merged = world.local.repo.merge(1);
      done = world.written();
      expect((await world.run(event.push(merged, second))).summary).toContain(
        'Follow-up pull request: nothing',
      );
      expect(world.written()).toEqual(done);

      // A third promotion opens a new one; somebody writes the same by hand, and it is closed with a word.
      const third = world.commit(sriov('2.3') + multus());
      await world.run(event.push(third, merged));
      expect(world.local.repo.issues[1]).toMatchObject({
        state: 'open',
        title: expect.stringContaining('2.3'),
      });
      const byHand = world.local.repo.push(
        'main',
        Object.fromEntries(
          ['charts/values.yaml', 'deploy/kustomization.yaml', 'deploy/daemonset.yaml'].map((path) => [
            path,
            file(onBranch(path)),
          ]),
        ),
      );
      await world.run(event.push(byHand, third));
      expect(world.local.repo.issues[1]?.state).toBe('closed');
      expect(world.local.repo.git.refs.has('heads/retag/follow-up/main')).toBe(false);
      expect(world.local.repo.comments.at(-1)?.body).toContain('nothing left to merge');
      done = world.written();
      await world.run(event.push(byHand, third));
      expect(world.written()).toEqual(done);
    });

    test('a file or path that is not there is named while the tags stand', async () => {
      await world.push('team/sriov', 'b1', multi('sriov'));
      const sha = world.commit(`images:
  - name: ${world.name('team/sriov')}
    src_build_tag: b1
    tag: '2.2'
    references:
      - { file: charts/values.yaml, path: images.sriov }
      - { file: charts/values.yaml, path: images.nowhere }
      - { file: missing.yaml, path: image }
`);
      const run = await world.run(event.push(sha));
      expect(run.code).toBe(1);
      expect(lines(run)).toEqual(['create 2.2 done absent']);
      expect(annotations(run, 'error')).toEqual([
        expect.stringMatching(
          /^the tags are there, but charts\/values.yaml: images.nowhere could not be set to .*:2.2: /,
        ),
        expect.stringMatching(/^the tags are there, but missing.yaml: image .*the file does not exist/),
      ]);
      expect(run.summary).toContain('**error**: the tags are there');
      // What could be set is in the pull request.
      expect(onBranch('charts/values.yaml')).toContain('sriov:2.2');
      const done = world.written();
      expect(await world.run(event.push(sha))).toMatchObject({ code: 1 });
      expect(world.written()).toEqual(done);
    });

    test('a file that changes meanwhile: made anew on top of it once, then said', async () => {
      await world.push('team/sriov', 'b1', multi('sriov'));
      const sha = world.commit(sriov('2.2'));
      const change = (text: string) => () =>
        void world.local.repo.push('main', {
          'charts/values.yaml': file(`# ${text}\n${onBranch('charts/values.yaml', 'main')}`),
        });
      world.local.fail({ on: /^POST .*\/git\/trees$/, meanwhile: change('one') });
      const once = await world.run(event.push(sha));
      expect(once.code).toBe(0);
      expect(onBranch('charts/values.yaml')).toMatch(/^# one\n/);
      expect(world.local.repo.issues).toHaveLength(1);

      const next = world.commit(sriov('2.3'));
      let count = 0;
      world.local.fail({
        on: /^POST .*\/git\/trees$/,
        times: 2,
        meanwhile: () => change(`more ${count++}`)(),
      });
      const twice = await world.run(event.push(next, sha));
      expect(twice.code).toBe(1);
      expect(annotations(twice, 'error').join()).toMatch(
        /the tags are there, but .* twice: main changed meanwhile.*run again/,
      );
      expect(await world.run(event.push(next, sha))).toMatchObject({ code: 0 });
      expect(onBranch('charts/values.yaml')).toContain('sriov:2.3');
    });
  });

  describe('tracking issues', () => {
    const tagFile = (): string => `tracking:
  title: '{name} {line}'
  labels: ['release/{major}.{minor}']
  shepherds: [octocat, hubot, nobody]
policy:
  rules:
    - class: snapshot
      git_tag: '{major}.{minor}.{patch}rc{n}'
      tag: '{git_tag}'
      stable: false
    - class: final
      git_tag: '{major}.{minor}.{patch}'
      tag: '{git_tag}'
      stable: { requires: [{ check: e2e }] }
builds:
  - name: ${world.name('team/app')}
    platforms: [linux/amd64]
`;
    async function digests(content: string): Promise<string> {
      const image = single(content);
      await world.push('team/app', null, image);
      return JSON.stringify({ [world.name('team/app')]: { 'linux/amd64': image.digest } });
    }

    test('story: a tracked image from snapshot to stable', async () => {
      world.local.repo.collaborators.add('octocat').add('hubot');
      const sha = world.commit(tagFile());
      const twice = async (...words: Parameters<World['run']>) => {
        const run = await world.run(...words);
        const done = world.written();
        await world.run(...words);
        expect(world.written()).toEqual(done);
        return run;
      };
      const rc = await twice(event.tag('2.3.4rc1', sha), { digests: await digests('rc') });
      expect(rc.code).toBe(0);
      expect(annotations(rc, 'warning')).toEqual([
        'nobody cannot be assigned to issues here; correct tracking.shepherds, or give access',
      ]);
      const [issue] = world.local.repo.issues;
      expect(issue).toMatchObject({
        title: `${world.name('team/app')} 2.3`,
        state: 'open',
        labels: ['retag/tracking', 'release/2.3'],
        assignees: ['octocat', 'hubot'],
      });
      expect([...world.local.repo.labels.keys()].sort()).toEqual(['release/2.3', 'retag/tracking']);
      expect(issue?.body).toContain('- [x] snapshot: `2.3.4rc1`');
      expect(issue?.body).toContain('- [ ] stable');

      await twice(event.tag('2.3.4', sha), { digests: await digests('final') });
      expect(issue?.body).toMatch(/`2.3.4-stable` on hold: check/);
      const overview = await world.retag(['tracking']);
      expect(overview).toMatchObject({ code: 0, stderr: '' });
      expect(overview.stdout).toContain(
        `release/2.3\n  #1 ${world.name('team/app')} 2.3  1/2  octocat, hubot; held 2.3.4-stable`,
      );

      check(world, 'e2e', sha, 'success');
      await twice(event.tag('2.3.4', sha));
      expect(issue).toMatchObject({ state: 'closed', reason: 'completed' });
      expect(issue?.body).toContain('- [x] stable: `2.3.4-stable`');
      expect(issue?.body).toMatch(/\| `2.3.4-stable` \| stable \| `sha256:[0-9a-f]{12}` \| \[run\]/);
      expect((await world.retag(['tracking'])).stdout).toBe('No tracking issue is open.\n');

      // The next patch of the line is held, and the issue is open again.
      const next = world.local.repo.push('main', {});
      await twice(event.tag('2.3.5', next), { digests: await digests('next') });
      expect(issue).toMatchObject({ state: 'open', reason: 'reopened' });
      expect(world.local.repo.issues).toHaveLength(1);
      const json = await world.retag(['tracking', '--json']);
      expect(JSON.parse(json.stdout)).toMatchObject([{ number: 1, assignees: ['octocat', 'hubot'] }]);
    });

    test('nobody shepherds: a warning; one alone: a hint', async () => {
      const text = (shepherds: string): string => tagFile().replace('[octocat, hubot, nobody]', shepherds);
      world.local.repo.collaborators.add('octocat');
      const sha = world.commit(text('[]'));
      const none = await world.run(event.tag('2.3.4rc1', sha), { digests: await digests('rc') });
      expect(annotations(none, 'warning')).toEqual([expect.stringContaining('nobody shepherds')]);
      world.commit(text('[octocat]'));
      const alone = await world.run(event.tag('2.3.4rc1', sha));
      expect(annotations(alone, 'warning')).toEqual([]);
      expect(alone.stdout).toContain('octocat shepherds the tracked images alone');
    });
  });
}
