import { describe, expect, test } from '@jest/globals';

import { flowchart } from '../../src/report/mermaid.js';
import { summary } from '../../src/report/summary.js';
import { FAILED, HELD, KEPT, REFUSED, reportAction, reportOf } from '../support/reports.js';

describe('the job summary (contract 10)', () => {
  const text = summary(reportOf([reportAction(), REFUSED, FAILED, HELD, KEPT]));

  test('opens with one sentence that says what happened', () => {
    expect(text.split('\n')[0]).toBe(
      '## Retag apply: 1 tag created, 1 tag on hold, 1 tag refused, 1 failed; 1 tag already right.',
    );
  });

  test('has counts, picture, the refused with how to mend them, the changed and the held, in this order', () => {
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
