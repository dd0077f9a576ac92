import { describe, expect, test } from '@jest/globals';

import { decide } from '../../src/plan/decide.js';
import type { PlannedAction } from '../../src/plan/model.js';
import { holdToReview, reviewable } from '../../src/plan/plan.js';
import { digestOf, observedTag, present, wantedTag } from '../support/wanted.js';

const MOVED = { reviewed: digestOf('a'), now: digestOf('b'), pull: 7 };
const created = decide(wantedTag(), observedTag());
const kept = decide(wantedTag(), observedTag({ destination: present('a') }));
const forced = decide(wantedTag({ forced: true }), observedTag({ destination: present('b') }));
const built = decide(
  wantedTag({ source: { from: 'build', build: 'reg.example/app' } }),
  observedTag({ source: { state: 'to-build' } }),
);

function held(action: PlannedAction, mode: 'require' | 'warn'): PlannedAction | undefined {
  return holdToReview({ actions: [action] }, new Map([[action, MOVED]]), mode).actions[0];
}

describe('a source that moved since the review', () => {
  test.each([
    ['a tag that would be made', created],
    ['a tag that would be moved', forced],
  ])('%s is refused, with both digests and the pull request', (_name, action) => {
    const refused = held(action, 'require');
    expect(refused).toMatchObject({ action: 'refuse', reason: { code: 'not-reviewed' } });
    expect(refused?.reason.text).toContain(
      `reg.example/app:build was ${digestOf('a')} when pull request #7 was reviewed, and is ${digestOf('b')} now`,
    );
  });

  test('is only warned of where nobody requires a review', () => {
    const warned = held(created, 'warn');
    expect(warned).toMatchObject({ action: 'create', digest: created.digest });
    expect(warned?.warnings).toEqual([expect.stringContaining('pull request #7')]);
    expect(held({ ...created, warnings: ['before'] }, 'warn')?.warnings).toHaveLength(2);
  });

  test('what is reviewed is not changed', () => {
    expect(holdToReview({ actions: [created] }, new Map(), 'require').actions).toEqual([created]);
  });
});

test('only tags of entries that would be written are looked at', () => {
  const ofRelease = decide(wantedTag({ group: 'release' }), observedTag());
  expect(reviewable({ actions: [created, forced, kept, built, ofRelease] })).toEqual([created, forced]);
});

test('one cause is said once, on the first line that has it, with the number of the others', () => {
  const actions = ['1', '2', '3', '4'].map((tag) => ({
    ...created,
    digest: digestOf(tag === '4' ? 'b' : 'a'),
  }));
  const causes = new Map(actions.map((action, i) => [action, { why: i === 3 ? 'other' : 'one' }]));
  const said = holdToReview({ actions }, causes, 'warn').actions.map(({ warnings }) => warnings);
  expect(said).toEqual([
    ['nobody saw this plan on a pull request: one (the same holds for 2 more)'],
    [],
    [],
    ['nobody saw this plan on a pull request: other'],
  ]);
});
