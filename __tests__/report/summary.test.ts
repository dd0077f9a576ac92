import { describe, expect, test } from '@jest/globals';

import { flowchart } from '../../src/report/mermaid.js';
import { summary } from '../../src/report/summary.js';
import { FAILED, HELD, KEPT, REFUSED, reportAction, reportOf } from '../support/reports.js';
import { digestOf } from '../support/wanted.js';

describe('the job summary', () => {
  const text = summary(reportOf([reportAction(), REFUSED, FAILED, HELD, KEPT]));

  test('opens with one sentence that says what happened', () => {
    expect(text.split('\n')[0]).toBe(
      '## Retag apply: 1 tag created, 1 tag on hold, 1 tag refused, 1 failed; 1 tag already right.',
    );
  });

  test('has counts, picture, the refused with how to fix them, the changed and the held, in this order', () => {
    const order = [
      '| create |',
      '```mermaid',
      '### Refused or failed',
      '### Changed',
      '### On hold',
      '<details>',
    ];
    const at = order.map((part) => text.indexOf(part));
    expect(at.every((position) => position > 0)).toBe(true);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
  });

  test('a row has the source, what was there before, and what was carried along', () => {
    const moved = reportAction({
      action: 'move',
      kind: 'channel',
      previous: digestOf('b'),
      attachments: { found: 3, carried: 2 },
    });
    const row = summary(reportOf([moved]))
      .split('\n')
      .find((line) => line.startsWith('| move'));
    expect(row).toContain('<br>channel');
    expect(row).toContain('from `reg.example/app:build`');
    expect(row).toContain('was `sha256:bbbbbbbbbbbb`');
    expect(row).toContain('2 of 3 attachments carried');
  });

  test('a refusal shows both digests, how to fix it and the line of the tag file', () => {
    const row = text.split('\n').find((line) => line.startsWith('| refuse'));
    expect(row).toContain(digestOf('a'));
    expect(row).toContain(digestOf('b'));
    expect(row).toContain('Choose a new tag');
    expect(row).toContain('`tags.yaml:2`');
  });

  test('a long reason is shown to its end, where it says how to fix it; but not again for what follows it', () => {
    const long = `${'x'.repeat(500)}; name it in "force"`;
    const reason = { code: 'different-digest' as const, cause: 'build' as const, text: long };
    const follower = {
      ...reason,
      cause: 'follows' as const,
      text: `follows reg.example/app:2.0, which is refused: ${long}`,
    };
    const rows = summary(
      reportOf([
        { ...REFUSED, reason },
        { ...REFUSED, reason: follower },
      ]),
    ).split('\n');
    const [first, second] = rows.filter((line) => line.startsWith('| refuse'));
    expect(first).toContain('name it in "force"');
    expect(second).not.toContain('name it in "force"');
  });

  test('folds the unchanged away', () => {
    expect(text).toContain('<details><summary>Unchanged (1)</summary>');
  });

  test('a run without anything says so and draws nothing', () => {
    const empty = summary(reportOf([]));
    expect(empty).toContain('Nothing is wanted');
    expect(empty).not.toContain('mermaid');
  });

  test('row 98: hostile text is escaped and 20,000 rows stay below 1 MiB', () => {
    const hostile = '](https://evil.example) <img src=x> @org/team `x` |';
    const rows = Array.from({ length: 20_000 }, (_, i) =>
      reportAction({ tag: `v${i}`, reason: { code: 'absent', text: hostile }, source: hostile }),
    );
    const markdown = summary(reportOf(rows));
    expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024);
    expect(markdown).toContain('The summary was cut here');
    const few = summary(reportOf(rows.slice(0, 3)));
    expect(few).not.toContain('<img');
    expect(few).not.toMatch(/[^\\]\]\(https:\/\/evil/);
    expect(few).not.toContain('@org');
  });
});

describe('the picture', () => {
  test('is cut at 30 arrows and says how many are left', () => {
    const many = Array.from({ length: 45 }, (_, i) => reportAction({ tag: `v${i}` }));
    const chart = flowchart(many);
    expect(chart?.text.match(/-->/g)).toHaveLength(30);
    expect(chart?.left).toBe(15);
  });

  test('shows what went wrong before what is written, so that the cut does not hide it', () => {
    const created = Array.from({ length: 45 }, (_, i) => reportAction({ tag: `v${i}` }));
    const labels = flowchart([...created, HELD, REFUSED, FAILED])?.text.match(/\|[a-z]+\|/g) ?? [];
    expect(labels.slice(0, 4)).toEqual(['|failed|', '|refuse|', '|hold|', '|create|']);
  });

  test('a long name has its tag on a line of its own', () => {
    const source = `reg.example:5000/${'a'.repeat(40)}:nightly`;
    const pinned = `reg.example/${'b'.repeat(40)}@sha256`;
    const text = flowchart([reportAction({ source }), reportAction({ source: pinned, tag: '2' })])?.text;
    expect(text).toContain(`["reg.example:5000/${'a'.repeat(40)}<br/>:nightly"]`);
    expect(text).toContain(`["reg.example/${'b'.repeat(40)}<br/>#64;sha256"]`);
    expect(text).toContain('("reg.example/app:2")');
  });

  test('draws one node for a source that several tags come from', () => {
    const chart = flowchart([reportAction(), reportAction({ tag: '1.1' })]);
    expect(chart?.text.match(/\["reg\.example\/app:build"\]/g)).toHaveLength(1);
  });

  test('text that is more than text to Mermaid becomes entities', () => {
    const chart = flowchart([reportAction({ source: 'a"]; click n0 "javascript:x' })]);
    expect(chart?.text).toContain('a#34;#93;#59; click n0 #34;javascript:x');
  });

  test('nothing to draw when all is kept', () => {
    expect(flowchart([KEPT])).toBeNull();
  });
});
