import { describe, expect, test } from '@jest/globals';
import { tagLines } from '../../src/report/lines.js';
import type { ReportAction } from '../../src/report/model.js';
import type { Layout } from '../../src/ports.js';
import { wrap } from '../../src/shared/text.js';
import { HELD, KEPT, reportAction } from '../support/reports.js';
import { digestOf } from '../support/wanted.js';

const TERMINAL: Layout = { width: 80, all: false, groups: false };
const JOB: Layout = { width: null, all: true, groups: true };
const planned = (changes: Partial<ReportAction> = {}): ReportAction =>
  reportAction({ outcome: 'planned', ...changes });
const text = (actions: readonly ReportAction[], layout = TERMINAL, version: string | null = null): string =>
  tagLines([...actions], layout, version)
    .map((line) => `${line.text}\n`)
    .join('');

const built = { image: 'registry.cern.ch/cmsweb/reqmgr2', source: null, digest: null };
const dbs = {
  image: 'registry.cern.ch/cmsweb/dbs',
  tag: '2.3.4',
  action: 'refuse' as const,
  source: 'registry.cern.ch/cmsweb/dbs:build',
  previous: digestOf('b'),
  location: { file: 'image-tags.yaml', line: 12, column: 9 },
  reason: {
    code: 'different-digest' as const,
    text: `exists as ${digestOf('b')}, the source is ${digestOf('a')}`,
  },
};
const RELEASE = [
  planned({ ...built, action: 'build', platforms: ['linux/amd64', 'linux/arm64'] }),
  planned({ ...built, tag: '2.3.4' }),
  planned(dbs),
  planned({ ...built, tag: '2.3.4-stable', kind: 'stable' }),
  planned({
    ...built,
    tag: 'latest',
    kind: 'channel',
    action: 'move',
    previous: digestOf('c'),
    reason: { code: 'newer', version: '2.3.3', text: 'the highest version there is 2.3.3' },
  }),
];

describe('a plan on a terminal', () => {
  test('is grouped by image, one line a tag, the reason where it surprises, below a refusal its place and help', () => {
    expect(text(RELEASE, { ...TERMINAL, width: 120 }, '2.3.4')).toBe(`\
registry.cern.ch/cmsweb/reqmgr2   build linux/amd64, linux/arm64
  + 2.3.4
  + 2.3.4-stable   the same digest
  ~ latest         2.3.3 -> 2.3.4
registry.cern.ch/cmsweb/dbs
  ! 2.3.4          exists as sha256:bbbbbbbbbbbb, the source is sha256:aaaaaaaaaaaa
                   image-tags.yaml:12:9
                   help: choose a new tag, or allow the move: --force registry.cern.ch/cmsweb/dbs:2.3.4
`);
  });

  test('fits the terminal, and names stay whole', () => {
    const lines = text(RELEASE, TERMINAL, '2.3.4').split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines).toContain('                   --force registry.cern.ch/cmsweb/dbs:2.3.4');
    const narrow = text(RELEASE, { ...TERMINAL, width: 30 }, '2.3.4').split('\n');
    for (const line of narrow.filter((each) => each.length > 30)) expect(line).toMatch(/^(--force )?\S+$/);
  });

  test('counts what is as wanted; says what is kept and surprises', () => {
    const older = { code: 'older' as const, text: 'the registry already holds the newer version 2.4.0' };
    const kept = planned({ ...KEPT, outcome: 'planned', tag: 'latest', kind: 'channel', reason: older });
    expect(text([KEPT])).toBe('');
    expect(text([KEPT, kept])).toBe(
      'reg.example/app\n  = latest   the registry already holds the newer version 2.4.0\n',
    );
  });

  test('of a promotion: its source', () => {
    const other = planned({ tag: '2.0', source: 'quay.io/o/a:src' });
    const pinned = planned({ tag: '3.0', source: `reg.example/app@${digestOf('b')}` });
    expect(text([planned(), other, pinned])).toBe(`\
reg.example/app
  + 1.0   from build
  + 2.0   from quay.io/o/a:src
  + 3.0   from sha256:bbbbbbbbbbbb
`);
  });

  test('of a forced move: both digests', () => {
    const reason = { code: 'forced' as const, text: 'forced' };
    expect(text([planned({ action: 'move', previous: digestOf('b'), reason })])).toContain(
      '  ~ 1.0   sha256:bbbbbbbbbbbb -> sha256:aaaaaaaaaaaa (forced)\n',
    );
  });
});

describe('an apply', () => {
  test('is in the past tense', () => {
    const done = RELEASE.map((action): ReportAction => ({
      ...action,
      digest: digestOf('d'),
      outcome: action.action === 'refuse' ? 'skipped' : 'done',
    }));
    expect(
      text(done, { ...TERMINAL, width: 120 }, '2.3.4')
        .split('\n')
        .slice(0, 4),
    ).toEqual([
      'registry.cern.ch/cmsweb/reqmgr2   built linux/amd64, linux/arm64',
      '  + 2.3.4          created',
      '  + 2.3.4-stable   created, the same digest',
      '  ~ latest         moved 2.3.3 -> 2.3.4',
    ]);
  });
});

describe('one cause is said once', () => {
  test('a builder that is dead, for all images and tags', () => {
    const error = { code: 'unavailable', cause: 'builder' as const, text: 'the builder "x" does not answer' };
    const failed = ['a', 'b', 'c'].flatMap((name) => {
      const one = {
        image: `reg.example/${name}`,
        source: null,
        digest: null,
        outcome: 'failed' as const,
        error,
      };
      return [
        reportAction({ ...one, action: 'build' }),
        reportAction(one),
        reportAction({ ...one, tag: '1.0-stable' }),
      ];
    });
    const said = text(failed);
    expect(said.match(/does not answer/g)).toHaveLength(1);
    expect(said).toMatch(/^reg\.example\/a\n {2}! build {3}failed: the builder/);
    expect(said.replace(/\s+/g, ' ')).toContain(
      '6 tags not written because of this: 1.0, 1.0-stable, reg.example/b:1.0, reg.example/b:1.0-stable and 2 more',
    );
    expect(said.split('\n').length).toBeLessThan(10);
    expect(tagLines(failed, JOB).filter((line) => line.text.startsWith('  ! 1.0'))).toHaveLength(6);
  });

  test('a host that does not answer is one cause, whatever tag was asked for', () => {
    const lost = ['1.0', '1.0-stable', 'latest'].map((tag) => {
      const why = `cannot look at the tag: HEAD reg.example/v2/o/a/manifests/${tag}: the host name does not exist`;
      const reason = { code: 'unknown' as const, text: `cannot tell whether the tag exists: ${why}` };
      return planned({ image: 'reg.example/o/a', tag, action: 'refuse', source: null, reason });
    });
    expect(text(lost)).toContain('2 tags not written because of this: 1.0-stable, latest\n');
    expect(text(lost).match(/the host name/g)).toHaveLength(1);
  });

  test('a registry that does not answer, whatever tags were asked for', () => {
    const gone = Array.from({ length: 79 }, (_, i) => {
      const image = `reg.example/app-${i}`;
      const why = `cannot tell whether the tag exists: ${image}:1.0: cannot look at the tag: reg.example: refused`;
      return planned({ image, action: 'refuse', digest: null, reason: { code: 'unknown', text: why } });
    });
    expect(text(gone).match(/cannot look at the tag/g)).toHaveLength(1);
    expect(text(gone)).toContain('78 tags not written because of this');
  });

  test('a gate, for all that wait for it', () => {
    const held = Array.from({ length: 20 }, (_, i) => ({ ...HELD, tag: `${i}-stable` }));
    expect(text(held)).toBe(`\
reg.example/app
  ? 0-stable   check e2e is running
               help: run again for the same ref when it is green; that completes
               the tag
               19 tags on hold for the same reason: 1-stable, 2-stable,
               3-stable, 4-stable and 15 more
`);
  });

  test('two refusals of one kind are two', () => {
    const two = [planned(dbs), planned({ ...dbs, image: 'registry.cern.ch/cmsweb/das' })];
    expect(text(two).match(/exists as/g)).toHaveLength(2);
  });

  test('what a tag follows, over several steps', () => {
    const stable = planned({
      ...dbs,
      tag: '2.3.4-stable',
      kind: 'stable',
      reason: { ...dbs.reason, cause: 'follows', of: `${dbs.image}:2.3.4`, text: 'follows it' },
    });
    expect(text([planned(dbs), stable])).toContain('1 tag not written because of this: 2.3.4-stable\n');
    expect(text([planned(dbs), stable], JOB)).toContain('\n  ! 2.3.4-stable   not written, as 2.3.4\n');
  });
});

describe('what does not fit a screen', () => {
  const many = Array.from({ length: 79 }, (_, i) => planned({ image: `docker.io/starlingx/app-${i}` }));

  test('79 promotions: the first ones, and how many more', () => {
    const lines = text(many).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(34);
    expect(lines.at(-1)).toBe('  and 64 tags to create: --verbose lists all, and so does the report');
    expect(text(many, { ...TERMINAL, all: true }).split('\n').length).toBeGreaterThan(79);
  });

  test('what needs a person is shown first, where it stands', () => {
    const said = text([...many, planned(dbs)]);
    expect(said).toContain('exists as');
    expect(said).toMatch(/and \d+ tags to create: --verbose/);
  });

  test('refusals alone: as many as fit, and how many more, which counts as bad', () => {
    const refused = many.map((action) => ({ ...action, action: 'refuse' as const, reason: dbs.reason }));
    const lines = tagLines(refused, TERMINAL);
    expect(lines.length).toBeLessThanOrEqual(34);
    expect(lines.at(-1)).toMatchObject({ bad: true });
    expect(lines.at(-1)?.text).toMatch(/^ {2}and 7\d tags refused: --verbose lists all/);
  });

  test('ten images with two tags each are all shown', () => {
    const ten = Array.from({ length: 10 }, (_, i) => {
      const one = { ...built, image: `reg.example/app-${i}` };
      return [
        planned({ ...one, action: 'build' }),
        planned(one),
        planned({ ...one, tag: '1.0-stable', kind: 'stable' }),
      ];
    });
    expect(text(ten.flat()).trimEnd().split('\n')).toHaveLength(30);
  });
});

describe('wrap', () => {
  test('foreign text acts on nothing, and wide characters count twice', () => {
    expect(wrap('', 'a\u001b[2Jb', 80, 0)).toEqual(['a\\x1b[2Jb']);
    expect(wrap('', '漢字漢字 漢字', 10, 0)).toEqual(['漢字漢字', '漢字']);
  });

  test('a word that is too long stands alone, whole', () => {
    const name = 'registry.example/'.repeat(4);
    expect(wrap('   ', `see ${name} there`, 20, 6)).toEqual(['   see', name, '      there']);
  });
});
