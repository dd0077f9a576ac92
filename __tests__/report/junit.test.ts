import { describe, expect, test } from '@jest/globals';

import { junit, problemsJunit } from '../../src/report/junit.js';
import { FAILED, HELD, KEPT, REFUSED, reportAction, reportOf } from '../support/reports.js';

/** The lines of a document without its indentation. */
const linesOf = (xml: string): string[] => xml.split('\n').map((line) => line.trim());

describe('a report as JUnit', () => {
  test('counts what is refused, failed and on hold, and says how long it took', () => {
    const built = reportAction({ action: 'build', outcome: 'planned', location: null });
    const actions = [reportAction(), REFUSED, KEPT, FAILED, HELD, built];
    const lines = linesOf(junit(reportOf(actions, { duration_ms: 1234 })));
    const totals = 'name="retag apply" tests="6" failures="2" errors="0" skipped="1" time="1.234"';
    expect(lines.slice(0, 3)).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites ${totals}>`,
      `<testsuite ${totals}>`,
    ]);
    const place = 'file="tags.yaml" line="2"';
    expect(lines.filter((line) => line.startsWith('<testcase'))).toEqual(
      ['1.0', '2.0', '0.9', '3.0', '1.0-stable']
        .map((tag) => `<testcase classname="reg.example/app" name="${tag}" ${place}>`)
        .concat('<testcase classname="reg.example/app" name="build of 1.0">'),
    );
  });

  test('a refusal says why, where and what to do', () => {
    const [start, ...body] = linesOf(junit(reportOf([REFUSED]))).filter((line) => !line.startsWith('<test'));
    expect(start).toContain('<?xml');
    expect(body.join('\n')).toMatch(
      /^<failure message="the tag exists as sha256:b{64}, and the source is sha256:a{64}" type="different-digest">the tag exists as .*\ntags\.yaml:2\nhelp: Choose a new tag, or allow the move: --force reg\.example\/app:2\.0<\/failure>/,
    );
  });

  test('what is on hold is skipped', () => {
    expect(junit(reportOf([HELD]))).toContain('<skipped message="check e2e is running">');
  });

  test('what a registry lost is a failure, also where the plan would write it again', () => {
    const lost = { kind: 'vanished' as const, image: 'reg.example/app', tag: '1.0', text: 'gone' };
    const location = { file: 'tags.yaml', line: 2, column: 5 };
    const report = reportOf([reportAction({ outcome: 'planned' })], { drift: [{ ...lost, location }] });
    expect(junit(report)).toContain('name="drift of 1.0" file="tags.yaml" line="2">');
    expect(junit(report)).toContain('<failure message="gone" type="vanished">');
  });

  test('a run that wants nothing has one test that passes, since Jenkins fails a file without any', () => {
    expect(junit(reportOf([]))).toContain('tests="1" failures="0" errors="0" skipped="0"');
  });

  test('foreign text stays text', () => {
    const text = `</failure><x a="1">&\u0000\u001b[31m\ud800\u202e::error::no`;
    const refused = { ...REFUSED, reason: { ...REFUSED.reason, text } };
    expect(junit(reportOf([refused]))).toContain(
      'message="&lt;/failure&gt;&lt;x a=&quot;1&quot;&gt;&amp;\\x00\\x1b[31m\\ud800\\u202e\\x3a:error\\x3a:no"',
    );
  });
});

test('mistakes of a tag file are errors, one test each', () => {
  const location = { file: 'tags.yaml', line: 3, column: 5 };
  const xml = problemsJunit([
    { location, what: 'unknown key "tga"', hint: 'write "tag"' },
    { what: 'no file' },
  ]);
  expect(xml).toContain('name="retag" tests="2" failures="0" errors="2" skipped="0" time="0.000"');
  expect(xml).toContain(
    '<testcase classname="tags.yaml" name="line 3, column 5" file="tags.yaml" line="3">\n      <error message="unknown key &quot;tga&quot;" type="mistake">unknown key &quot;tga&quot;\ntags.yaml:3\nhelp: write &quot;tag&quot;</error>',
  );
  expect(xml).toContain('<testcase classname="retag" name="no file">');
});
