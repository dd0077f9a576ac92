import { describe, expect, test } from '@jest/globals';

import { flowchart } from '../../src/report/mermaid.js';
import { summary } from '../../src/report/summary.js';
import { FAILED, HELD, KEPT, REFUSED, reportAction, reportOf } from '../support/reports.js';
import { digestOf } from '../support/wanted.js';

describe('the job summary', () => {
  const text = summary(reportOf([reportAction(), REFUSED, FAILED, HELD, KEPT]));

  test('opens with one sentence that says what happened', () => {
    expect(text.split('\n')[0]).toBe(
      '## Retag apply failed: 1 tag created, 1 on hold, 1 refused, 1 failed, 1 already right.',
    );
  });

  test('has counts, the changed, the refused with how to fix them, the held, the picture, and the rest folded, in this order', () => {
    const order = [
      '| create |',
      '### Changed',
      '### Refused or failed',
      '### On hold',
      '```mermaid',
      '<details><summary>Unchanged',
    ];
    const at = order.map((part) => text.indexOf(part));
    expect(at.every((position) => position > 0)).toBe(true);
    expect([...at].sort((a, b) => a - b)).toEqual(at);
  });

  test('an image has one row: its tags by kind, the source, what was carried along; the full digests are in a fold', () => {
    const own = [
      reportAction({ attachments: { found: 3, carried: 2 } }),
      reportAction({ kind: 'stable', tag: '1.0-stable' }),
      reportAction({ kind: 'channel', tag: 'latest', action: 'move', previous: digestOf('b') }),
    ];
    const markdown = summary(reportOf(own)).split('\n');
    expect(markdown).toContain('| image | tags | stable | channels | from | digest |');
    expect(markdown.filter((line) => line.includes('reg.example/app`'))).toEqual([
      '| `reg.example/app` | + `1.0` | + `1.0-stable` | ~ `latest` `sha256:bbbbbbbbbbbb -> sha256:aaaaaaaaaaaa` | ' +
        '`build`<br>2 of 3 attachments copied | `sha256:aaaaaaaaaaaa` |',
      `- \`reg.example/app\` \`${digestOf('a')}\`; \`latest\` was \`${digestOf('b')}\``,
    ]);
  });

  test('a column that would be empty is left out', () => {
    const built = reportAction({ source: null, outcome: 'planned', digest: null });
    expect(summary(reportOf([built], { command: 'plan' }))).toContain('| image | tags |\n');
  });

  test('79 promotions have 79 rows, and no line is longer than a page is wide', () => {
    const source =
      'docker.io/starlingx/k8s-plugins-sriov-network-device:master-centos-stable-20191203T153530Z.0';
    const many = Array.from({ length: 79 }, (_, i) =>
      reportAction({ image: `docker.io/starlingx/app-${i}`, source }),
    );
    const rows = summary(reportOf(many))
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(79);
    for (const row of rows) expect(row.length).toBeLessThan(200);
  });

  test('a refusal shows both digests, how to fix it and the line of the tag file, in full width', () => {
    const item = text.split('\n').find((line) => line.startsWith('- **`reg.example/app:2.0`**'));
    expect(item).toContain(digestOf('a'));
    expect(item).toContain(digestOf('b'));
    expect(item).toContain('Choose a new tag');
    expect(item).toContain('`tags.yaml:2`');
  });

  test('a long reason is shown to its end, where it says how to fix it, and once for all that follow it', () => {
    const long = `${'x'.repeat(500)}; name it in "force"`;
    const reason = { code: 'different-digest' as const, cause: 'build' as const, text: long };
    const follower = {
      ...reason,
      cause: 'follows' as const,
      of: 'reg.example/app:2.0',
      text: `follows reg.example/app:2.0, which is refused: ${long}`,
    };
    const markdown = summary(
      reportOf([
        { ...REFUSED, reason },
        { ...REFUSED, tag: '2.0-stable', reason: follower },
      ]),
    );
    expect(markdown.match(/name it in "force"/g)).toHaveLength(1);
    expect(markdown).toContain('1 tag not written because of this: 2.0-stable');
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
      reportAction({ image: `reg.example/app-${i}`, tag: hostile, warnings: [hostile], source: hostile }),
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

  test('is of promotions only, and no taller than thirty lines of text', () => {
    expect(flowchart([reportAction({ source: null })])).toBeNull();
    const long = Array.from({ length: 20 }, (_, i) =>
      reportAction({ image: `reg.example/${'a'.repeat(60)}-${i}` }),
    );
    expect(flowchart(long)?.left).toBe(5);
  });

  test('shows what went wrong before what is written, so that the cut does not hide it', () => {
    const created = Array.from({ length: 45 }, (_, i) => reportAction({ tag: `v${i}` }));
    const labels = flowchart([...created, HELD, REFUSED, FAILED])?.text.match(/\|[a-z]+\|/g) ?? [];
    expect(labels.slice(0, 4)).toEqual(['|failed|', '|refuse|', '|hold|', '|create|']);
  });

  test('a long name has its tag on a line of its own', () => {
    const source = `reg.example:5000/${'a'.repeat(40)}:nightly`;
    const pinned = `reg.example/${'b'.repeat(50)}@sha256`;
    const text = flowchart([reportAction({ source }), reportAction({ source: pinned, tag: '2' })])?.text;
    expect(text).toContain(`["reg.example:5000/${'a'.repeat(40)}<br/>:nightly"]`);
    expect(text).toContain(`["reg.example/${'b'.repeat(50)}<br/>#64;sha256"]`);
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
