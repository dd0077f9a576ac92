import { describe, expect, test } from '@jest/globals';
import {
  commitMessage,
  fingerprintIn,
  followUpBranch,
  type FollowUpItem,
  planFollowUp,
  pullBody,
  supersededText,
  titleOf,
  withoutFingerprint,
} from '../../../src/github/follow-up/plan.js';
import { digest } from '../../support/github/report.js';

const item = (
  repository: string,
  tag: string,
  references: FollowUpItem['references'],
  bug?: string,
): FollowUpItem => ({
  image: { registry: 'docker.io', repository },
  tag,
  digest: digest('a'),
  references,
  ...(bug === undefined ? {} : { bug }),
});
const texts = new Map([
  ['a.yaml', 'x: old # keep\ny: other\n'],
  ['b.yaml', 'image: docker.io/org/app:old\n'],
  ['none.yaml', null],
]);
const two = [
  item(
    'org/app',
    '2.0',
    [
      { file: 'a.yaml', path: 'x' },
      { file: 'b.yaml', path: '' },
    ],
    'Closes-Bug: 1854869',
  ),
  item('org/lib', '3.0', [{ file: 'a.yaml', path: 'y' }]),
];

describe('planFollowUp', () => {
  test('several files, several entries in one file', () => {
    const plan = planFollowUp(two, texts);
    expect(plan.files).toMatchObject([
      { file: 'a.yaml', text: 'x: "2.0" # keep\ny: "3.0"\n' },
      { file: 'b.yaml', text: 'image: docker.io/org/app:2.0\n' },
    ]);
    expect(plan.problems).toStrictEqual([]);
  });

  test('what is right already is no change, and the plan of the result is empty', () => {
    const first = planFollowUp(two, texts);
    const after = new Map<string, string | null>([
      ...texts,
      ...first.files.map(({ file, text }) => [file, text] as const),
    ]);
    expect(planFollowUp(two, after)).toMatchObject({ files: [], items: [] });
  });

  test('a missing file and a missing path are named; the others are done', () => {
    const broken = item('org/app', '2.0', [
      { file: 'none.yaml', path: 'x' },
      { file: 'a.yaml', path: 'nowhere' },
      { file: 'a.yaml', path: 'x' },
    ]);
    const plan = planFollowUp([broken], texts);
    expect(plan.problems).toMatchObject([
      { file: 'none.yaml', image: 'docker.io/org/app:2.0', what: 'the file does not exist' },
      { file: 'a.yaml', path: 'nowhere', what: 'it has no nowhere' },
    ]);
    expect(plan.files).toHaveLength(1);
  });

  test('the fingerprint follows the result, not the order', () => {
    const plan = planFollowUp(two, texts);
    expect(planFollowUp([...two].reverse(), texts).fingerprint).toBe(plan.fingerprint);
    expect(planFollowUp([two[0]!], texts).fingerprint).not.toBe(plan.fingerprint);
  });
});

describe('words', () => {
  const plan = planFollowUp(two, texts);
  test('the commit has the bug as a trailer in its last paragraph', () => {
    expect(commitMessage(plan)).toBe(
      `Use 2 new image tags\n\n- docker.io/org/app:2.0\n- docker.io/org/lib:3.0\n\nCloses-Bug: 1854869\nRetag-Edits: ${plan.fingerprint}`,
    );
    expect(fingerprintIn(commitMessage(plan))).toBe(plan.fingerprint);
  });

  test('one tag is named in the title', () => {
    expect(titleOf(planFollowUp([two[1]!], texts))).toBe('Use docker.io/org/lib:3.0');
  });

  test.each([
    ['1854869', 'Bug: 1854869'],
    ['Closes-Bug: 1\n\nevil paragraph', 'Closes-Bug: 1 evil paragraph'],
  ])('a bug that is no trailer (%j) becomes one', (bug, line) => {
    expect(commitMessage(planFollowUp([{ ...two[1]!, bug }], texts))).toContain(`\n${line}\nRetag-Edits`);
  });

  test('the text lists what changes and says why no checks run', () => {
    const body = pullBody(plan, { jobToken: true });
    expect(body).toContain('| `a.yaml:1` | `old` | `"2.0"` |');
    expect(body).toContain('**Checks do not run here by themselves**');
    expect(pullBody(plan, { jobToken: false })).not.toContain('Checks do not run');
    expect(fingerprintIn(body)).toBe(plan.fingerprint);
    expect(fingerprintIn(withoutFingerprint(body))).toBeNull();
  });

  test('hostile text is escaped', () => {
    const hostile = planFollowUp([{ ...two[1]!, bug: 'Bug: @octo/team <img>' }], texts);
    expect(pullBody(hostile, { jobToken: false })).toContain('- Bug: @&#8203;octo/team &lt;img&gt;');
  });

  test('a long list fits', () => {
    const keys = Array.from({ length: 400 }, (_, i) => `${'k'.repeat(200)}${i}`);
    const many = keys.map((path) => item('org/app', '2.0', [{ file: 'c.yaml', path }]));
    const text = keys.map((key) => `${key}: ${'o'.repeat(60)}`).join('\n');
    expect(
      pullBody(planFollowUp(many, new Map([['c.yaml', text]])), { jobToken: true }).length,
    ).toBeLessThanOrEqual(65_536);
  });

  test('supersededText links the run', () => {
    expect(supersededText('https://github.example/run/1')).toContain('[Retag](https://github.example/run/1)');
  });
});

test('the branch tells bases and sets of tag files apart', () => {
  expect(followUpBranch('main', ['.github/image-tags.yaml'])).toBe('retag/follow-up/main');
  expect(followUpBranch('main', ['a.yaml'])).toMatch(/^retag\/follow-up\/main-[0-9a-f]{8}$/);
  expect(followUpBranch('main', ['b.yaml'])).not.toBe(followUpBranch('main', ['a.yaml']));
});
