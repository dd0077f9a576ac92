import { describe, expect, test } from '@jest/globals';
import { buildsOfRun } from '../../src/builds/inputs.js';
import { formatProblem, UserError } from '../../src/errors.js';
import { config, options } from '../support/release.js';

type BuildOptions = Parameters<typeof buildsOfRun>[1];

const FILE = config(`policy: wmcore
builds:
  - name: [reg.example/a, other.example/a]
    context: a
  - name: app
    target: release
`);
const NONE = config('policy: wmcore\n');
const names = (file: typeof FILE, more: Parameters<typeof options>[0] = {}): string[][] =>
  buildsOfRun(file, options(more)).map((build) => build.names.map(({ text }) => text));

describe('names', () => {
  test('as in the tag file; in full where registry-map changes them', () => {
    expect(names(FILE)).toEqual([['reg.example/a', 'other.example/a'], ['app']]);
    expect(names(FILE, { map: ['docker.io=local.example:5000'] })).toEqual([
      ['reg.example/a', 'other.example/a'],
      ['local.example:5000/library/app'],
    ]);
  });

  test('the definition is made from the mapped names, so that nothing is pushed elsewhere', () => {
    const [, app] = buildsOfRun(FILE, options({ map: ['docker.io=local.example:5000'] }));
    const mapped = { registry: 'local.example:5000', repository: 'library/app' };
    expect(app?.config.names).toEqual([{ text: 'local.example:5000/library/app', repository: mapped }]);
    expect(app?.names[0]?.repository).toEqual(mapped);
  });
});

describe('the input images', () => {
  test('narrows the builds of a tag file, by any of their names', () => {
    expect(names(FILE, { images: ['other.example/a'] })).toEqual([['reg.example/a', 'other.example/a']]);
    expect(names(FILE, { images: ['app', 'reg.example/a'] })).toEqual([
      ['reg.example/a', 'other.example/a'],
      ['app'],
    ]);
  });

  test('is one build of all of them without a tag file', () => {
    const [build, ...rest] = buildsOfRun(NONE, options({ images: ['reg.example/x', 'ubuntu'] }));
    expect(rest).toEqual([]);
    expect(build?.names.map(({ text, repository }) => [text, repository.registry])).toEqual([
      ['reg.example/x', 'reg.example'],
      ['ubuntu', 'docker.io'],
    ]);
    expect(build?.config).toMatchObject({ context: '.', platforms: [], cacheTo: [] });
  });

  test('one repository under two spellings is one name', () => {
    expect(names(NONE, { images: ['app', 'docker.io/library/app', 'reg.example/app'] })).toEqual([
      ['app', 'reg.example/app'],
    ]);
  });

  test('is in lower case, where the host in the tag file may not be', () => {
    const file = config('policy: wmcore\nbuilds: [{ name: Reg.Example/a }, { name: b }]\n');
    expect(names(file, { images: ['reg.example/a'] })).toEqual([['Reg.Example/a']]);
  });

  test.each<[string, typeof FILE, string[], RegExp[]]>([
    [
      'what no build is called',
      FILE,
      ['a', 'app', 'b'],
      [/no build of the tag file is called "a".*reg\.example\/a, other\.example\/a, app/, /called "b"/],
    ],
    ['what is no name', NONE, ['UPPER/x', 'ok/x', 'x:1'], [/^images: /, /^images: /]],
  ])('%s is an error each', (_name, file, images, expected) => {
    const problems = problemsOf(file, { images });
    expect(problems).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(problems[i]).toMatch(pattern);
  });
});

test('inputs are defaults: what an entry says itself stays', () => {
  const [a, app] = buildsOfRun(
    FILE,
    options({ defaults: { context: 'src', target: 'test', platforms: ['linux/arm64'] } }),
  );
  expect(a?.config).toMatchObject({ context: 'a', target: 'test', platforms: [{ platform: 'linux/arm64' }] });
  expect(app?.config).toMatchObject({ target: 'release', platforms: [{ platform: 'linux/arm64' }] });
});

test('nothing is built without builds and images', () => {
  expect(names(NONE)).toEqual([]);
});

function problemsOf(file: typeof FILE, changes: Partial<BuildOptions>): string[] {
  try {
    buildsOfRun(file, options(changes));
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}
