import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { index } from '../../../../testing/registry/image.js';
import { createWorld, event, multi, single, type TestRegistry, type World } from '../world.js';

/** A plan on a schedule compares the registry with the tag file. */
export function driftStories(startRegistry: () => Promise<TestRegistry>): void {
  let world: World;
  beforeEach(async () => {
    world = await createWorld(startRegistry);
  });
  afterEach(() => world.close());

  const entry = (name: string, more = ''): string =>
    `  - name: ${world.name(`team/${name}`)}\n    src_build_tag: b1\n    tag: '1.0'\n${more}`;
  const look = (sha: string) => world.run(event.schedule(sha), { command: 'plan' });
  const kinds = (drift: string | undefined): string[] =>
    (JSON.parse(drift ?? '') as { kind: string; image: string }[]).map(
      ({ kind, image }) => `${kind} ${image.split('/').at(-1) ?? ''}`,
    );

  test('story: moved, vanished, lost a platform, lost an attachment', async () => {
    const names = ['right', 'moved', 'vanished', 'platform', 'attached'];
    for (const name of names) {
      const image = multi(name);
      await world.push(`team/${name}`, 'b1', image);
      if (name !== 'vanished') await world.push(`team/${name}`, '1.0', image);
    }
    // The tag and its source are the same image still, and it never had what the file asks for.
    const half = index([single('half')]);
    await world.push('team/platform', 'b1', half);
    await world.push('team/platform', '1.0', half);
    await world.push('team/moved', '1.0', multi('by hand'));
    const quiet = world.commit(`images:\n${entry('right')}`);
    const good = await look(quiet);
    expect(good).toMatchObject({ code: 0, outputs: { drift: '[]', changed: 'false' } });
    expect(good.summary).toContain('No drift: the registry holds what the tag file says.');

    const sha = world.commit(
      `images:\n${entry('right')}${entry('moved')}${entry('vanished')}` +
        entry('platform', '    platforms: [linux/amd64, linux/arm64]\n') +
        entry('attached', '    attachments: require\n'),
    );
    const before = world.written();
    const run = await look(sha);
    expect(run.code).toBe(1);
    expect(kinds(run.outputs['drift'])).toEqual([
      'moved moved',
      'vanished vanished',
      'platform platform',
      'attachment attached',
    ]);
    expect(run.summary).toContain('### Drift');
    expect(run.report?.drift).toHaveLength(4);
    expect(world.written()).toEqual(before);
  });

  test('changes alone are exit status 3; other events look for no drift', async () => {
    await world.push('team/vanished', 'b1', multi('vanished'));
    const sha = world.commit(`images:\n${entry('vanished')}`);
    const run = await look(sha);
    expect(run.code).toBe(3);
    expect(kinds(run.outputs['drift'])).toEqual(['vanished vanished']);
    const other = await world.run(event.push(sha), { command: 'plan' });
    expect(other).toMatchObject({ code: 0, outputs: { drift: '' }, report: { drift: null } });
  });

  test('a closed tracking issue is reopened, once; a plan makes none', async () => {
    world.local.repo.collaborators.add('octocat').add('hubot');
    const image = multi('app');
    await world.push('team/app', 'b1', image);
    const text = `tracking: { title: '{name}', labels: [], shepherds: [octocat, hubot] }\nimages:\n${entry('app')}`;
    const sha = world.commit(text);
    await world.push('team/other', 'b1', image);
    await world.run(event.push(sha));
    const [issue] = world.local.repo.issues;
    expect(issue?.state).toBe('closed');

    const found = multi('by hand');
    await world.push('team/app', '1.0', found);
    const more = world.commit(text + entry('other'));
    const run = await look(more);
    expect(run.code).toBe(1);
    expect(issue?.state).toBe('open');
    expect(issue?.body).toMatch(/`1.0` moved outside Retag: .*/);
    expect(world.local.repo.issues).toHaveLength(1);
    const done = world.written();
    await look(more);
    expect(world.written()).toEqual(done);
    await world.push('team/app', '1.0', image);
    await look(more);
    expect(issue?.state).toBe('closed');
  });
}
