import { describe, expect, test } from '@jest/globals';

import { decide } from '../../src/plan/decide.js';
import type { PlannedAction } from '../../src/plan/model.js';
import { holdToReview } from '../../src/plan/reviewed.js';
import { digestOf, observedTag, present, wantedTag } from '../support/wanted.js';

const MOVED = {
  image: 'reg.example/app',
  tag: '1.0',
  reviewed: digestOf('a'),
  now: digestOf('b'),
  pull: 7,
};
const created = decide(wantedTag(), observedTag());
const kept = decide(wantedTag(), observedTag({ destination: present('a') }));
const forced = decide(wantedTag({ forced: true }), observedTag({ destination: present('b') }));
const built = decide(
  wantedTag({ source: { from: 'build', build: 'reg.example/app' } }),
  observedTag({ source: { state: 'to-build' } }),
);

function held(action: PlannedAction, policy: 'refuse' | 'warn', moved = [MOVED]): PlannedAction | undefined {
  return holdToReview({ actions: [action] }, moved, policy).actions[0];
}

describe('a source that moved since the review', () => {
  test.each([
    ['a tag that would be made', created, 'reg.example/app:build'],
    ['a tag that would be moved', forced, 'reg.example/app:build'],
    ['a tag of a build', built, 'reg.example/app'],
  ])('%s is refused, with both digests and the pull request', (_name, action, source) => {
    const refused = held(action, 'refuse');
    expect(refused).toMatchObject({ action: 'refuse', reason: { code: 'digest-mismatch' } });
    expect(refused?.reason.text).toContain(source);
    expect(refused?.reason.text).toContain(
      `was ${digestOf('a')} when pull request #7 was reviewed, and is ${digestOf('b')} now`,
    );
  });

  test('is only warned of where the file says so', () => {
    const warned = held(created, 'warn');
    expect(warned).toMatchObject({ action: 'create', digest: created.digest });
    expect(warned?.warnings).toEqual([expect.stringContaining('pull request #7')]);
    expect(held({ ...created, warnings: ['before'] }, 'warn')?.warnings).toHaveLength(2);
  });

  test.each([
    ['a tag that is kept', kept, [MOVED]],
    ['a tag of which nothing is told', created, [{ ...MOVED, tag: '2.0' }]],
    ['a tag of another image', created, [{ ...MOVED, image: 'reg.example/other' }]],
    ['any tag, when nothing moved', created, []],
  ])('changes nothing for %s', (_name, action, moved) => {
    expect(held(action, 'refuse', moved)).toEqual(action);
  });
});
