import { describe, expect, test } from '@jest/globals';
import {
  type EntryChanges,
  planComment,
  planMarker,
  readReviewed,
} from '../../../src/github/review/comment.js';
import type { ReportAction } from '../../../src/report/model.js';
import { action, digest, report } from '../../support/github/report.js';

const head = 'a'.repeat(40);
const none: EntryChanges = { changed: new Set(), untouched: new Set(), removed: [], edited: [] };
const comment = (actions: ReportAction[], changes: Partial<EntryChanges> = {}) =>
  planComment({
    report: report(actions),
    changes: { ...none, changed: new Set([1]), ...changes },
    key: 'tags.yaml',
    head,
    summaryUrl: 'https://github.example/octo/app/actions/runs/1',
  });
const other = (parts: Partial<ReportAction>) => action({ entry: 2, ...parts });

describe('the plan comment', () => {
  test('starts with the marker and the data, and says what would happen', () => {
    const text = comment([action()]);
    expect(text.split('\n')[0]).toBe(planMarker('tags.yaml'));
    expect(readReviewed(text)).toMatchObject({
      ok: true,
      value: {
        head,
        entries: [{ image: 'docker.io/starlingx/k8s-cni-sriov', tag: 'stx.4.0-v2.2', digest: digest('a') }],
      },
    });
    expect(text).toContain('1 tag to create');
    expect(text).toContain(`On merge of \`${'a'.repeat(12)}\`:`);
    expect(text).toContain('[The whole plan](https://github.example/octo/app/actions/runs/1)');
  });

  test('entries of the pull request come first, the others folded', () => {
    const text = comment([other({ tag: 'old' }), action({ tag: 'new' })]);
    const fold = text.indexOf('<details><summary>Entries that');
    expect(text.indexOf('`new`')).toBeLessThan(fold);
    expect(text.indexOf('`old`')).toBeGreaterThan(fold);
    expect(text).toContain('Entries that this pull request does not change (1)');
  });

  test('in each part what needs a person comes first', () => {
    const refused = action({
      action: 'refuse',
      tag: 'bad',
      reason: { code: 'different-digest', text: 'no' },
    });
    const text = comment([action({ action: 'keep', tag: 'kept' }), action({ tag: 'new' }), refused]);
    const places = [':bad`', '`new`', '`kept`'].map((tag) => text.indexOf(tag));
    expect(places).toStrictEqual([...places].sort((a, b) => a - b));
    expect(text).toContain('Choose a new tag');
  });

  test('nothing changed', () => {
    expect(comment([], { changed: new Set() })).toContain('changes no entry of the tag file');
  });

  test('not known what changed: all entries alike', () => {
    const text = planComment({ report: report([action()]), changes: null, key: 'k', head, summaryUrl: null });
    expect(text).toContain('It could not be told which entries');
    expect(text).toContain('| + `stx.4.0-v2.2` |');
    expect(text).not.toContain('Entries that this pull request does not change');
  });

  test('removed entries are pointed out', () => {
    const removed = [{ name: 'quay.io/a/b:1', from: 'quay.io/a/b:x' }];
    expect(comment([], { removed })).toContain(
      '- `quay.io/a/b:1` is taken out of the tag file. The tag stays in the registry',
    );
  });

  test('edits of entries are pointed out when the tag exists', () => {
    const edited = [
      { before: { name: 'q/a:1', from: 'q/a:x' }, after: { name: 'q/a:1', from: 'q/a:y' }, entry: 1 },
    ];
    const text = '- `q/a:1` exists already, and this pull request takes it from `q/a:y` instead of `q/a:x`.';
    expect(comment([action({ previous: digest('b') })], { edited })).toContain(text);
    expect(comment([action()], { edited })).not.toContain('exists already');
  });

  test('kept tags are not recorded: nothing will be written', () => {
    expect(readReviewed(comment([action({ action: 'keep' })]))).toMatchObject({ value: { entries: [] } });
  });

  test("cut to GitHub's limit with a link to the summary", () => {
    const long = Array.from({ length: 3000 }, (_, i) =>
      action({ tag: `${'x'.repeat(100)}${i}`, reason: { code: 'absent', text: 'y'.repeat(290) } }),
    );
    const text = comment([...long, ...long.map((one) => ({ ...one, location: null }))]);
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toMatch(/\]\(https:\/\/github\.example\/octo\/app\/actions\/runs\/1\)\.?/);
    expect(readReviewed(text).ok).toBe(true);
  });

  test('row 98: hostile text is escaped and mentions nobody', () => {
    const hostile = '@octo/team ](https://evil) <img src=x> `x` |';
    const refused = action({ action: 'refuse', reason: { code: 'unknown', text: hostile } });
    const text = comment([action({ tag: hostile }), refused]);
    expect(text).not.toContain('<img');
    expect(text).not.toMatch(/\| [^|`]*@octo/);
    expect(text).toContain('@&#8203;octo/team \\]\\(https:&#8203;//evil\\)');
  });

  test('equal input gives equal text; another key another marker', () => {
    expect(comment([action()])).toBe(comment([action()]));
    expect(planMarker('a')).not.toBe(planMarker('b'));
  });
});
