import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';

import { annotations } from '../../src/report/annotations.js';
import { ReportSchema, type ReportAction } from '../../src/report/model.js';
import { outputs } from '../../src/report/outputs.js';
import { changed, exitCode } from '../../src/report/report.js';
import { closing, headline, isBad, remedy } from '../../src/report/format.js';
import { VERSION } from '../../src/version.js';
import { FAILED, HELD, KEPT, REFUSED, reportAction, reportOf } from '../support/reports.js';
import { digestOf } from '../support/wanted.js';

const plain = { changesAsCode: false, onHold: 'pass' } as const;

describe('the report', () => {
  test('is what its published schema says', () => {
    const report = reportOf([reportAction(), REFUSED, KEPT, FAILED, HELD]);
    expect(v.safeParse(ReportSchema, report).success).toBe(true);
    expect(report.duration_ms).toBe(1);
  });

  test('counts by action, and failures besides', () => {
    expect(reportOf([reportAction(), FAILED, REFUSED, KEPT, HELD]).counts).toEqual({
      build: 0,
      create: 2,
      move: 0,
      keep: 1,
      hold: 1,
      refuse: 1,
      failed: 1,
    });
  });

  test('names the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
    expect(reportOf([]).retag).toBe(version);
  });
});

describe('the exit status', () => {
  const DRIFT = {
    kind: 'attachment' as const,
    image: 'reg.example/app',
    tag: '1',
    text: 'lost',
    location: null,
  };
  const planned = reportAction({ outcome: 'planned' });
  const undone = reportAction({ outcome: 'skipped', error: { code: 'cancelled', text: 'stopped' } });
  test.each([
    ['all right', reportOf([reportAction(), KEPT]), plain, 0],
    ['nothing wanted', reportOf([]), plain, 0],
    ['one refused', reportOf([reportAction(), REFUSED]), plain, 1],
    ['one failed', reportOf([FAILED]), plain, 1],
    ['one left undone by a signal', reportOf([undone]), plain, 1],
    ['held', reportOf([HELD]), plain, 0],
    ['held, on_hold: fail', reportOf([HELD]), { changesAsCode: false, onHold: 'fail' }, 1],
    ['plan with changes', reportOf([planned], { command: 'plan' }), plain, 0],
    [
      'plan --exit-code with changes',
      reportOf([planned], { command: 'plan' }),
      { ...plain, changesAsCode: true },
      3,
    ],
    ['plan that found drift', reportOf([KEPT], { command: 'plan', drift: [DRIFT] }), plain, 3],
    [
      'plan that looked for drift, with a build that is due',
      reportOf([planned], { command: 'plan', drift: [] }),
      plain,
      0,
    ],
    [
      'plan --exit-code without changes',
      reportOf([KEPT], { command: 'plan' }),
      { ...plain, changesAsCode: true },
      0,
    ],
    [
      'plan --exit-code with a refusal',
      reportOf([planned, REFUSED], { command: 'plan' }),
      { ...plain, changesAsCode: true },
      1,
    ],
  ] as const)('%s', (_, report, options, code) => {
    expect(exitCode(report, options)).toBe(code);
  });
});

describe('words', () => {
  test.each([
    [reportOf([]), 'Nothing is wanted: no entry of the tag file applies to this run.'],
    [reportOf([KEPT, KEPT]), 'Nothing to do, 2 tags already right.'],
    [reportOf([reportAction(), KEPT]), '1 tag created, 1 already right.'],
    [reportOf([reportAction(), REFUSED, FAILED, HELD]), '1 tag created, 1 on hold, 1 refused, 1 failed.'],
    [reportOf([reportAction({ outcome: 'planned' })], { command: 'plan' }), '1 tag to create.'],
  ])('headline %#', (report, text) => {
    expect(headline(report)).toBe(text);
  });

  test('a plan with changes says that nothing was written', () => {
    const planned = [reportAction({ outcome: 'planned' })];
    const report = reportOf(planned, { command: 'plan', duration_ms: 432 });
    expect(closing(report)).toBe('Plan: 1 tag to create. 0.4 s, 3 requests. Nothing was written.');
  });

  test.each([
    [[reportAction()], 'Apply: 1 tag created. 61 min 1 s, 3 requests. Every wanted tag is right.'],
    [[HELD], 'Apply: 1 tag on hold. 61 min 1 s, 3 requests. Run again for what is on hold.'],
    [
      [KEPT, REFUSED],
      'Apply: 1 tag refused, 1 already right. 61 min 1 s, 3 requests. Fix what is marked "!", then run again: finished tags are kept.',
    ],
  ])('an apply says what it did, how long it took and what to do next %#', (actions, text) => {
    expect(closing(reportOf(actions, { duration_ms: 3_661_000 }))).toBe(text);
  });

  test('what somebody has to mend is refused, failed, left undone, or held by a red gate', () => {
    const red = { ...HELD, reason: { code: 'gate-failed' as const, text: 'e2e is red' } };
    const undone = reportAction({ outcome: 'skipped', error: { code: 'skipped', text: 'x' } });
    expect([REFUSED, FAILED, red, undone].map(isBad)).toEqual([true, true, true, true]);
    expect([reportAction(), KEPT, HELD].map(isBad)).toEqual([false, false, false]);
  });
});

describe('outputs', () => {
  const stable = reportAction({ kind: 'stable', tag: '1.0-stable' });
  const channel = reportAction({ kind: 'channel', tag: 'latest', action: 'move' });

  test('tags are full references, one a line: primary, stable, channels', () => {
    const out = outputs(reportOf([reportAction(), stable, channel, REFUSED, HELD]), '/tmp/r.json');
    expect(out['tags']).toBe('reg.example/app:1.0\nreg.example/app:1.0-stable\nreg.example/app:latest');
    expect(out['stable-tags']).toBe('reg.example/app:1.0-stable');
    expect(out['digest']).toBe(digestOf('a'));
    expect(JSON.parse(out['digests'] ?? '')).toEqual({ 'reg.example/app': digestOf('a') });
    expect(out['changed']).toBe('true');
    expect(out['report']).toBe('/tmp/r.json');
    expect(JSON.parse(out['counts'] ?? '')).toMatchObject({ create: 2, move: 1, refuse: 1, hold: 1 });
  });

  test('digest is empty when there are several images', () => {
    const other = reportAction({ image: 'reg.example/other', digest: digestOf('c') });
    const out = outputs(reportOf([reportAction(), other]), 'r');
    expect(out['digest']).toBe('');
    expect(Object.keys(JSON.parse(out['digests'] ?? '') as object)).toHaveLength(2);
  });

  test('digest is empty while an image of the run has none', () => {
    const digest = (...actions: ReportAction[]) => outputs(reportOf(actions), 'r')['digest'];
    const pending = reportAction({
      image: 'reg.example/other',
      source: null,
      digest: null,
      outcome: 'planned',
    });
    expect(digest(reportAction(), pending)).toBe('');
    expect(digest(reportAction(), { ...pending, action: 'build' }, pending)).toBe('');
    expect(digest(reportAction(), { ...REFUSED, image: 'reg.example/other' })).toBe('');
    expect(digest()).toBe('');
  });

  test('digest is there for one build in several registries', () => {
    const built = reportAction({ action: 'build', source: null, image: 'reg.example/app' });
    const one = reportAction({ source: null });
    const two = reportAction({ source: null, image: 'other.example/app' });
    expect(outputs(reportOf([built, one, two]), 'r')['digest']).toBe(digestOf('a'));
  });

  test('nothing changed when everything was kept', () => {
    expect(outputs(reportOf([KEPT]), 'r')['changed']).toBe('false');
    expect(changed(reportOf([FAILED]))).toBe(false);
  });

  test('the plan stays below 256 KiB and says how much was left out', () => {
    const many = Array.from({ length: 5000 }, (_, i) => reportAction({ tag: `v${i}` }));
    const text = outputs(reportOf(many), 'r')['plan'] ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024);
    const cut = JSON.parse(text) as { actions: unknown[]; truncated: number };
    expect(cut.actions.length + cut.truncated).toBe(5000);
  });
});

describe('how to fix a refusal', () => {
  const mismatch = { code: 'revision-mismatch' as const, text: 'it is made from another commit' };

  test('src_ref is named for a promotion, and not for a build, which has none', () => {
    const promoted = reportAction({ ...REFUSED, reason: mismatch });
    expect(remedy(promoted)).toContain('Correct src_ref');
    expect(remedy({ ...promoted, source: null, reason: { ...mismatch, cause: 'build' } })).toBe('');
  });

  test('a reason that names what to give to force is not contradicted', () => {
    const text = 'a and b; name the wrong one in "force"';
    const reason = { code: 'different-digest' as const, cause: 'build' as const, text };
    expect(remedy(reportAction({ ...REFUSED, source: null, reason }))).toBe('');
    expect(remedy({ ...REFUSED, source: null })).toContain('Choose a new tag');
  });
});

describe('annotations', () => {
  test('refusals and failures are errors on the line of the tag file, with how to fix them; holds are notices', () => {
    const list = annotations(
      reportOf([HELD, REFUSED, FAILED, KEPT, reportAction({ warnings: ['no revision label'] })]),
    );
    expect(list.map(({ level, title }) => [level, title])).toEqual([
      ['error', 'reg.example/app:2.0'],
      ['error', 'reg.example/app:3.0'],
      ['warning', 'reg.example/app:1.0'],
      ['notice', 'reg.example/app:1.0-stable'],
    ]);
    expect(list[0]).toMatchObject({ file: 'tags.yaml', line: 2, column: 5 });
    expect(list[0]?.message).toContain('force');
  });
});
