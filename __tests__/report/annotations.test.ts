import { describe, expect, test } from '@jest/globals';

import { formatProblem } from '../../src/errors.js';
import { buildsOfRun } from '../../src/builds/inputs.js';
import { presetOrigin, PRESETS } from '../../src/policy/presets/presets.js';
import { problemAnnotation } from '../../src/report/annotations.js';

describe('a problem of the input as an annotation', () => {
  const what = 'the path is empty';

  test('in a file: on its line, and the text does not say it again', () => {
    const location = { file: 'tags.yaml', line: 3, column: 5 };
    expect(problemAnnotation({ location, what, hint: 'name one' })).toEqual({
      file: 'tags.yaml',
      startLine: 3,
      startColumn: 5,
      text: 'the path is empty; name one',
    });
    expect(problemAnnotation({ location, what }).text).toBe(what);
  });

  test('of no place at all', () => {
    expect(problemAnnotation({ what, hint: 'name one' })).toEqual({ text: 'the path is empty; name one' });
  });

  test.each([
    ['inputs', () => inputs().at('context'), 'action inputs: the path is empty'],
    ['a preset', () => preset().inside(3, 'git_tag', 0), 'preset semver: the path is empty'],
  ])('of %s, which are no file: the text says where, and there is no line', (_, location, text) => {
    const problem = { location: location(), what };
    expect(problemAnnotation(problem)).toEqual({ text });
    expect(formatProblem(problem)).toBe(text);
  });
});

/** The origin of a build that the inputs make. */
function inputs() {
  const options = { images: ['quay.io/o/a'], defaults: {}, registryMap: new Map(), forces: [] };
  const [made] = buildsOfRun({ builds: [] }, options);
  if (made === undefined) throw new Error('no build');
  return made.config.origin;
}

function preset() {
  const semver = PRESETS.get('semver');
  if (semver === undefined) throw new Error('no preset');
  return presetOrigin(semver, 1);
}
