import { describe, expect, test } from '@jest/globals';
import type { StageRow } from '../../../src/builds/platform-stages.js';
import type { Stage, TrackingConfig } from '../../../src/config/model.js';
import {
  draftIssue,
  groupTracked,
  type IssueDraft,
  readLedger,
  shepherdAdvice,
  trackingMarker,
  trackingText,
} from '../../../src/github/tracking/issue.js';
import { type TagEvent, versionLine } from '../../../src/github/tracking/events.js';
import { origin } from '../../support/github/gate.js';
import { digest } from '../../support/github/report.js';

type TrackedImage = ReturnType<Parameters<typeof groupTracked>[1]>;
type CurrentIssue = NonNullable<Parameters<typeof draftIssue>[0]>;

const NOW = Date.parse('2026-01-10T12:00:00Z');
const image = 'registry.cern.ch/cmsweb/reqmgr2';
const config: TrackingConfig = {
  title: '{name}: {tag}',
  labels: ['release/{major}.{minor}'],
  shepherds: ['octocat', 'hubot'],
  origin,
};
const facts: TrackedImage = { expected: ['snapshot', 'final', 'stable'], platforms: [] };
const event = (tag: string, stage: TagEvent['stage'], parts: Partial<TagEvent> = {}): TagEvent => ({
  image,
  tag,
  stage,
  state: 'written',
  digest: digest('a'),
  why: '',
  fields: { major: '2', minor: '3' },
  ...parts,
});
const row = (platform: string, byFile: Stage, today: Stage): StageRow => ({
  platform,
  byFile,
  today,
  why: '',
  since: null,
});

function draft(
  current: CurrentIssue | null,
  events: TagEvent[],
  more: Partial<TrackedImage> = {},
  with_ = config,
): IssueDraft {
  const [tracked] = groupTracked(events, () => ({ ...facts, ...more }));
  return draftIssue(current, tracked!, with_, { now: NOW, runUrl: 'https://github.example/run/1' });
}
const visible = (body: string) =>
  body
    .split('\n')
    .filter((line) => !line.startsWith('<!--'))
    .join('\n')
    .trim();

describe('a new issue', () => {
  const made = draft(null, [event('2.3.4rc1', 'snapshot', { bug: 'Closes-Bug: 1854869' })]);
  test('has title, labels, people and an open checklist', () => {
    expect(made).toMatchObject({
      title: `${image}: 2.3.4rc1`,
      labels: ['retag/tracking', 'release/2.3'],
      assignees: ['octocat', 'hubot'],
      state: 'open',
      news: [],
      warnings: [],
    });
    expect(visible(made.body)).toBe(
      [
        '1854869: reqmgr2',
        '',
        `Retag keeps this issue: it follows the tags of ${image} for 2.3 and is closed when everything is there.`,
        '',
        '#### Stages',
        '',
        '- [x] snapshot: `2.3.4rc1`',
        '- [ ] final',
        '- [ ] stable',
        '',
        '#### Tags',
        '',
        '| tag | stage | digest | run | date |',
        '| --- | --- | --- | --- | --- |',
        '| `2.3.4rc1` | snapshot | `sha256:aaaaaaaaaaaa` | [run](https://github.example/run/1) | 2026-01-10 |',
      ].join('\n'),
    );
  });
  test('starts with the marker by which it is found', () => {
    expect(made.body.startsWith(trackingMarker({ image, line: '2.3' }))).toBe(true);
    expect(trackingMarker({ image, line: '2.4' })).not.toBe(trackingMarker({ image, line: '2.3' }));
  });
});

describe('from run to run', () => {
  const snapshot = event('2.3.4rc1', 'snapshot');
  const final = event('2.3.4', 'final', { digest: digest('b') });
  const stable = event('2.3.4-stable', 'stable', { digest: digest('b') });
  const kept = (one: TagEvent): TagEvent => ({ ...one, state: 'kept' });
  const as = ({ body, state }: IssueDraft): CurrentIssue => ({ body, state });
  const first = draft(null, [snapshot]);

  test('the same run again changes nothing', () => {
    expect(draft(as(first), [kept(snapshot)])).toStrictEqual(first);
    expect(draft(as(first), [snapshot])).toStrictEqual(first);
  });

  test('a promotion is a row and news', () => {
    const second = draft(as(first), [final]);
    expect(second).toMatchObject({ state: 'open', news: [`\`2.3.4\` (final) is there: \`${digest('b')}\``] });
    expect(visible(second.body)).toContain('- [x] final: `2.3.4`');
    expect(draft(as(second), [kept(final)])).toStrictEqual({ ...second, news: [] });
  });

  test('held, then there: closed when everything is', () => {
    const held = draft(as(first), [
      final,
      { ...stable, state: 'held', digest: null, why: 'check @octo/e2e is red' },
    ]);
    expect(held.news).toStrictEqual([
      expect.stringContaining('2.3.4`'),
      '`2.3.4-stable` is on hold: check @&#8203;octo/e2e is red',
    ]);
    expect(visible(held.body)).toContain(
      '#### Not right\n\n- `2.3.4-stable` on hold: check @&#8203;octo/e2e is red',
    );
    const done = draft(as(held), [kept(final), stable]);
    expect(done).toMatchObject({
      state: 'closed',
      news: [expect.stringContaining('2.3.4-stable'), 'Everything is there.'],
    });
    expect(visible(done.body)).not.toContain('Not right');
    expect(draft(as(done), [kept(final), kept(stable)])).toStrictEqual({ ...done, news: [] });
  });

  test('drift opens it again, and closes it once it is mended', () => {
    const done = draft(as(first), [final, stable]);
    const drifted = draft(as(done), [{ ...kept(stable), digest: digest('c') }]);
    expect(drifted).toMatchObject({
      state: 'open',
      news: [expect.stringContaining('is not what Retag made it'), 'Open again.'],
    });
    expect(readLedger(drifted.body)?.rows).toHaveLength(3);
    expect(draft(as(drifted), [kept(stable)])).toMatchObject({
      state: 'closed',
      news: ['Everything is there.'],
    });
  });

  test('a problem that only got older is not written again', () => {
    const held = (age: string): TagEvent => ({
      ...stable,
      state: 'held',
      digest: null,
      why: `check "e2e" has not appeared (the commit is ${age} old)`,
    });
    const before = draft(as(first), [final, held('59 min')]);
    expect(draft(as(before), [kept(final), held('1 h')])).toStrictEqual({ ...before, news: [] });
    const red = { ...held('1 h'), why: 'check "e2e" is red (failure, 1 h)' };
    expect(draft(as(before), [kept(final), red]).body).not.toBe(before.body);
  });

  test('what a run that only looks has found: gone, or not as the tag file says', () => {
    const done = draft(as(first), [final, stable]);
    const missing: TagEvent = { ...stable, state: 'missing' };
    expect(draft(as(done), [kept(final), missing])).toMatchObject({
      state: 'open',
      news: ['`2.3.4-stable` is not what Retag made it: the tag is not there any more', 'Open again.'],
    });
    expect(draft(as(done), [{ ...final, state: 'drifted', why: 'it lacks linux/arm64' }]).body).toContain(
      '`2.3.4` moved outside Retag: it lacks linux/arm64',
    );
    // What never was there cannot be gone.
    expect(draft(as(first), [missing])).toMatchObject({ state: 'open', news: [] });
  });

  test("people's own opening and closing stays", () => {
    const done = draft(as(first), [final, stable]);
    expect(draft({ ...as(done), state: 'open' }, [kept(stable)]).state).toBe('open');
    expect(draft({ ...as(first), state: 'closed' }, [kept(snapshot)]).state).toBe('closed');
  });

  test('notes below the line stay', () => {
    const noted = { ...as(first), body: `${first.body}\n\nAsk Ann about this.` };
    expect(draft(noted, [final]).body).toMatch(/-->\n\nAsk Ann about this\.$/);
  });

  test('a record that was damaged is begun anew, and said', () => {
    const broken = { ...as(first), body: first.body.replace('retag:ledger 1 ', 'retag:ledger 1 x') };
    expect(draft(broken, [kept(snapshot)])).toMatchObject({
      warnings: ['its record could not be read and was begun anew'],
    });
  });
});

describe('platforms', () => {
  const all = [
    row('linux/amd64', 'release', 'release'),
    row('linux/arm64', 'release', 'test'),
    row('linux/s390x', 'test', 'test'),
  ];
  test('are in the checklist, and a demoted one keeps the issue open', () => {
    const made = draft(null, [event('2.3.4-stable', 'stable')], { platforms: all });
    expect(made.state).toBe('open');
    expect(visible(made.body)).toContain(
      '- [x] `linux/amd64`: release\n- [ ] `linux/arm64`: release, today test\n- [x] `linux/s390x`: test',
    );
    expect(draft(null, [event('2.3.4-stable', 'stable')], { platforms: all.slice(0, 1) }).state).toBe(
      'closed',
    );
  });
});

describe('templates and limits', () => {
  const tracked = [event('2.3.4', 'final')];
  test('a field that there is not is said', () => {
    const made = draft(null, tracked, {}, { ...config, labels: ['x/{nope}', 'ok/{line}'] });
    expect(made.labels).toStrictEqual(['retag/tracking', 'ok/2.3']);
    expect(made.warnings).toStrictEqual(['the label "x/{nope}" uses a field that 2.3.4 does not have']);
  });
  test.each(['a,b', 'x'.repeat(51)])('a label that GitHub does not take (%s) is said', (label) => {
    expect(draft(null, tracked, {}, { ...config, labels: [label] }).warnings).toHaveLength(1);
  });
  test('a long title is cut', () => {
    expect(draft(null, tracked, {}, { ...config, title: `{name} ${'x'.repeat(300)}` }).title).toHaveLength(
      256,
    );
  });
  test('own text with values escaped', () => {
    const made = draft(
      null,
      [event('2.3.4', 'final', { fields: { who: '@octo' } })],
      {},
      { ...config, body: '**{number}** for {who} {not a field}' },
    );
    expect(visible(made.body)).toMatch(/^\*\*2\.3\*\* for @&#8203;octo \{not a field\}\n/);
  });
  test('thousands of rows fit', () => {
    const many = Array.from({ length: 2000 }, (_, i) =>
      event(`2.3.${i}`, 'final', { digest: `sha256:${String(i).padStart(64, '7')}` }),
    );
    const made = draft(null, many, {}, { ...config, body: 'y'.repeat(70_000) });
    expect(made.body.length).toBeLessThanOrEqual(65_536);
    expect(readLedger(made.body)?.rows.at(-1)?.tag).toBe('2.3.1999');
  });
});

describe('version lines', () => {
  test.each([
    ['2.3.4', { major: '2', minor: '3' }, '2.3'],
    ['v0.20.1001', { major: '0', minor: '20' }, '0.20'],
    ['stx.4.0-v2.2', {}, '4.0'],
    ['latest', {}, 'latest'],
    ['v1.02.3', { major: '1', minor: '02' }, '1.2'],
  ])('%s %j → %s', (tag, fields, line) => expect(versionLine(tag, fields)).toBe(line));

  test('one issue for each image and line', () => {
    const events = [
      event('2.3.4', 'final'),
      event('2.4.0', 'final', { fields: { major: '2', minor: '4' } }),
      event('2.3.4-stable', 'stable'),
      event('2.3.4', 'final', { image: 'x/y' }),
    ];
    expect(
      groupTracked(events, () => facts).map(({ image: name, line, events: list }) => [
        name,
        line,
        list.length,
      ]),
    ).toStrictEqual([
      [image, '2.3', 2],
      [image, '2.4', 1],
      ['x/y', '2.3', 1],
    ]);
  });
});

test.each([
  [[], 'warning', 'nobody shepherds'],
  [['a'], 'hint', 'a shepherds the tracked images alone'],
])('shepherds %j', (shepherds, level, text) => {
  expect(shepherdAdvice({ ...config, shepherds })).toStrictEqual({
    level,
    text: expect.stringContaining(text),
  });
});
test('two shepherds are well', () => expect(shepherdAdvice(config)).toBeNull());

describe('the overview', () => {
  const issue = (number: number, cycle: string, ledger: object | null = {}) => ({
    number,
    title: `image: ${number}`,
    url: `https://github.example/${number}`,
    assignees: number === 1 ? [] : ['ann', 'bob'],
    ledger:
      ledger === null
        ? null
        : { image, line: '1', cycle, rows: [], problems: [], done: 1, total: 2, closed: false, ...ledger },
  });
  test('by cycle, in order', () => {
    const held = { problems: [{ tag: '1-stable', what: 'held' as const, why: 'x' }] };
    expect(
      trackingText([
        issue(3, 'release/2.10'),
        issue(2, 'release/2.9', held),
        issue(1, 'release/2.9'),
        issue(4, '', null),
      ]),
    ).toBe(
      [
        'release/2.9',
        '  #1 image: 1  1/2  nobody  https://github.example/1',
        '  #2 image: 2  1/2  ann, bob; held 1-stable  https://github.example/2',
        '',
        'release/2.10',
        '  #3 image: 3  1/2  ann, bob  https://github.example/3',
        '',
        'unknown cycle',
        '  #4 image: 4  ?  ann, bob; its record cannot be read  https://github.example/4',
      ].join('\n'),
    );
  });
  test('nothing open', () => expect(trackingText([])).toBe('No tracking issue is open.'));
});
