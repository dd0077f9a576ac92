import { describe, expect, test } from '@jest/globals';

import { formatProblem } from '../../src/errors.js';
import { buildsOfRun } from '../../src/builds/inputs.js';
import { presetOrigin, PRESETS } from '../../src/policy/presets/presets.js';
import { annotations, problemAnnotation } from '../../src/report/annotations.js';
import { REFUSED, reportAction, reportOf } from '../support/reports.js';

describe('a problem of the input as an annotation', () => {
  const what = 'the path is empty';
  const ABOUT = { level: 'error', code: 'tag-file', title: '' };
  const NOWHERE = { ...ABOUT, file: null, line: null, column: null };

  test('in a file: on its line, and the text does not say it again', () => {
    const location = { file: 'tags.yaml', line: 3, column: 5 };
    expect(problemAnnotation({ location, what, hint: 'name one' })).toEqual({
      ...ABOUT,
      ...location,
      message: 'the path is empty; name one',
    });
    expect(problemAnnotation({ location, what }).message).toBe(what);
  });

  test('of no place at all', () => {
    expect(problemAnnotation({ what, hint: 'name one' })).toEqual({
      ...NOWHERE,
      message: 'the path is empty; name one',
    });
  });

  test.each([
    ['inputs', () => inputs().at('context'), 'action inputs: the path is empty'],
    ['a preset', () => preset().inside(3, 'git_tag', 0), 'preset semver: the path is empty'],
  ])('of %s, which are no file: the text says where, and there is no line', (_, location, text) => {
    const problem = { location: location(), what };
    expect(problemAnnotation(problem)).toEqual({ ...NOWHERE, message: text });
    expect(formatProblem(problem)).toBe(text);
  });
});

describe('annotations of a run', () => {
  const drift = { image: 'reg.example/app', tag: '1.0', location: { file: 'tags.yaml', line: 2, column: 5 } };

  test('a tag that vanished is an error on its line, although an apply would create it', () => {
    const lost = { ...drift, kind: 'vanished' as const, text: 'the tag does not exist yet' };
    const report = reportOf([reportAction({ outcome: 'planned' })], { command: 'plan', drift: [lost] });
    expect(annotations(report)).toEqual([
      {
        level: 'error',
        code: 'drift',
        title: 'reg.example/app:1.0',
        message: 'the tag vanished from the registry: the tag does not exist yet',
        ...drift.location,
      },
    ]);
  });

  test('drift that is refused is one error', () => {
    const moved = { ...drift, tag: '2.0', kind: 'moved' as const, text: 'moved' };
    expect(annotations(reportOf([REFUSED], { drift: [moved] }))).toHaveLength(1);
  });

  test('one for each cause, with what follows from it', () => {
    const follower = reportAction({
      ...REFUSED,
      tag: '2.0-stable',
      reason: { ...REFUSED.reason, cause: 'follows', of: 'reg.example/app:2.0' },
    });
    const [only, ...others] = annotations(reportOf([REFUSED, follower]));
    expect(others).toEqual([]);
    expect(only?.message).toMatch(/1 tag not written because of this: 2\.0-stable$/);
  });

  test('a warning of many tags is one', () => {
    const warned = ['1', '2', '3'].map((tag) => reportAction({ tag, warnings: ['no revision'] }));
    expect(annotations(reportOf(warned)).map(({ title, message }) => `${title} ${message}`)).toEqual([
      'reg.example/app:1 no revision (the same holds for 2 more)',
    ]);
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
