import { describe, expect, test } from '@jest/globals';

import { problemAnnotation } from '../../src/report/annotations.js';
import { renderReport } from '../../src/report/render.js';
import { sarif } from '../../src/report/sarif.js';
import { VERSION } from '../../src/version.js';
import { FAILED, HELD, KEPT, REFUSED, reportAction, reportOf } from '../support/reports.js';

interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
  readonly results: readonly Record<string, unknown>[];
  readonly invocations: readonly unknown[];
}

const runOf = (text: string): Run => (JSON.parse(text) as { runs: [Run] }).runs[0];

describe('SARIF', () => {
  test('a result for what is refused, failed, warned of and on hold, with its rule', () => {
    const warned = reportAction({ tag: '4.0', warnings: ['no revision'] });
    const { tool, results } = runOf(
      renderReport(reportOf([reportAction(), REFUSED, KEPT, FAILED, HELD, warned]), 'sarif'),
    );
    expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['different-digest', 'error'],
      ['denied', 'error'],
      ['warning', 'warning'],
      ['gate-pending', 'note'],
    ]);
    expect(tool.driver).toMatchObject({ name: 'Retag', version: VERSION });
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(results.map(({ ruleId }) => ruleId));
    expect(results[0]).toMatchObject({
      ruleIndex: 0,
      message: { text: expect.stringContaining('reg.example/app:2.0: the tag exists as') },
      partialFingerprints: { 'retag/v1': 'reg.example/app:2.0 different-digest' },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'tags.yaml' },
            region: { startLine: 2, startColumn: 5 },
          },
        },
      ],
    });
  });

  test('what has no place in a file is a notification of the run, since GitHub refuses results without one', () => {
    const { results, invocations } = runOf(
      sarif([{ what: '--settle: "x" is not a time' }].map(problemAnnotation), true),
    );
    expect(results).toEqual([]);
    expect(invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: 'error', message: { text: '--settle: "x" is not a time' } }],
      },
    ]);
  });

  test.each([
    ['tags/a b#1.yaml', 'tags/a%20b%231.yaml'],
    ['/srv/tags.yaml', 'file:///srv/tags.yaml'],
  ])('%s is written as the URI %s', (file, uri) => {
    const location = { file, line: 1, column: 1 };
    expect(sarif([problemAnnotation({ location, what: 'w' })], true)).toContain(`"uri": "${uri}"`);
  });
});
