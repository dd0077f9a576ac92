import { afterEach, describe, expect, test } from '@jest/globals';

import { formatProblem, UserError } from '../../src/errors.js';
import { readInputs } from '../../src/github/inputs.js';

/** The variables in which a runner hands over inputs. */
function given(inputs: Readonly<Record<string, string>>): ReturnType<typeof readInputs> {
  for (const [name, value] of Object.entries(inputs)) process.env[`INPUT_${name.toUpperCase()}`] = value;
  return readInputs();
}

function complaints(inputs: Readonly<Record<string, string>>): string[] {
  try {
    given(inputs);
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

afterEach(() => {
  for (const name of Object.keys(process.env))
    if (name.startsWith('INPUT_')) Reflect.deleteProperty(process.env, name);
});

test('images as docker/metadata-action reads them; every wrong line is named', () => {
  expect(given({ images: '# both\nname=GHCR.io/O/App,enable=true\no/app\no/x,enable=false' })).toMatchObject({
    images: ['ghcr.io/o/app', 'o/app'],
    imagesDisabled: false,
  });
  expect(given({ images: 'o/app,enable=false' })).toMatchObject({ images: [], imagesDisabled: true });
  expect(complaints({ images: 'o/app,enable=no\no/x,tag=y' })).toHaveLength(2);
});

describe('lists as docker/build-push-action reads them', () => {
  test('a comma separates platforms only; quotation marks hold commas and lines together', () => {
    const { build } = given({
      platforms: 'linux/amd64, linux/arm64\n"linux/386"',
      'build-args': '"FOO=bar, baz"\nA=1, 2\nB',
      labels: 'my.l=x, y',
      secrets: '"GPG_KEY=line 1\nline ""2"""\nid=a,env=B',
      'cache-from': 'type=gha,scope=a\n# x',
      'cache-to': 'type=gha,mode=max',
    });
    expect(build).toMatchObject({
      platforms: ['linux/amd64', 'linux/arm64', 'linux/386'],
      buildArgs: ['FOO=bar, baz', 'A=1, 2', 'B'],
      labels: ['my.l=x, y'],
      secrets: ['GPG_KEY=line 1\nline "2"', 'id=a,env=B'],
      cacheFrom: ['type=gha,scope=a', '# x'],
      cacheTo: ['type=gha,mode=max'],
    });
  });

  test('an open quotation mark is an error that names the input, its line, and nothing that may be secret', () => {
    const [problem, ...others] = complaints({ secrets: 'A=1\n"B=hunter2\nhunter3' });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^input secrets: .*line 2 does not end/);
    expect(problem).not.toContain('hunter');
  });
});
