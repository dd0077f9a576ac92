import { afterAll, describe, expect, test } from '@jest/globals';
import {
  classificationsAsJson,
  classificationsAsText,
  classifyRefs,
  refsIn,
} from '../../src/cli/classify.js';
import { compilePolicy } from '../../src/policy/policy.js';
import { TIME } from '../support/policies.js';
import { retag, type Spoken, type Terminal } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { sandbox } from '../support/repository.js';

const wmcore = compilePolicy({ preset: 'wmcore' });

describe('refs in a text', () => {
  test.each<[string, string, string[]]>([
    ['one a line', 'refs/tags/a\nrefs/tags/b\n', ['refs/tags/a', 'refs/tags/b']],
    ['carriage returns, blanks and empty lines', ' 2.3.4 \r\n\r\n\n2.3.5', ['2.3.4', '2.3.5']],
    [
      'git show-ref and git ls-remote',
      `${'a'.repeat(40)} refs/tags/a\n${'b'.repeat(40)}\trefs/tags/b\n${'b'.repeat(40)}\trefs/tags/b^{}\n`,
      ['refs/tags/a', 'refs/tags/b'],
    ],
    ['nothing', '', []],
  ])('%s', (_name, text, expected) => {
    expect(refsIn(text)).toEqual(expected);
  });
});

describe('JSON', () => {
  test('is a list of refs, each with its classification', () => {
    const classified = classifyRefs(wmcore, ['refs/tags/2.3.4', '2.2.4rc1', 'refs/heads/master'], TIME);
    const list = JSON.parse(classificationsAsJson(classified)) as unknown;
    expect(list).toEqual([
      {
        ref: 'refs/tags/2.3.4',
        class: 'final',
        rule: 'wmcore/final',
        fields: { major: '2', minor: '3', patch: '4' },
        version: '2.3.4',
        tags: ['2.3.4'],
        stable_tags: ['2.3.4-stable'],
        channels: [],
        why: 'the git tag "2.3.4" matches "{major}.{minor}.{patch}"',
        not: [],
      },
      expect.objectContaining({ ref: 'refs/tags/2.2.4rc1', class: 'snapshot', stable_tags: [] }),
      expect.objectContaining({ ref: 'refs/heads/master', class: null, tags: [], version: null }),
    ]);
    expect(classified.flatMap((one) => one.problems)).toEqual([]);
  });

  test('has one ref a line, and is a list when there is none', () => {
    const text = classificationsAsJson(classifyRefs(wmcore, ['2.3.4', '2.3.5'], TIME));
    expect(text.split('\n')).toHaveLength(5);
    expect(text.endsWith('\n]\n')).toBe(true);
    expect(classificationsAsJson([])).toBe('[]\n');
  });

  test('what is no ref stays in the list, with its problem', () => {
    const [bad] = classifyRefs(wmcore, ['refs/tags/a b'], TIME);
    expect(bad).toMatchObject({
      ref: 'refs/tags/a b',
      classification: { class: null, why: '"refs/tags/a b" is not a git ref' },
    });
    expect(bad?.problems).toHaveLength(1);
  });

  test('a day that does not exist is a problem', () => {
    const k8s = compilePolicy({ preset: 'k8s-topology-aware' });
    const [bad] = classifyRefs(k8s, ['refs/tags/v0.0.2021023101'], TIME);
    expect(bad?.problems[0]?.what).toMatch(/20210231 is no day/);
  });
});

describe('text', () => {
  test('has a table, the reasons, and the rules that lost', () => {
    const text = classificationsAsText(classifyRefs(wmcore, ['2.3.4', '2.2.4rc1'], TIME), 80);
    expect(text).toBe(
      [
        'REF                 CLASS     RULE             TAGS      STABLE        CHANNELS',
        'refs/tags/2.3.4     final     wmcore/final     2.3.4     2.3.4-stable  -',
        'refs/tags/2.2.4rc1  snapshot  wmcore/snapshot  2.2.4rc1  -             -',
        '',
        'refs/tags/2.3.4: the git tag "2.3.4" matches "{major}.{minor}.{patch}"',
        '  fields: major=2 minor=3 patch=4',
        '',
        'refs/tags/2.2.4rc1: the git tag "2.2.4rc1" matches "**"',
        '  not wmcore/final: "2.2.4rc1" does not match "{major}.{minor}.{patch}" (from',
        '    "rc1" on)',
        '  not wmcore/patch: "2.2.4rc1" does not match "{major}.{minor}.{patch}.{build}"',
        '    (from "rc1" on)',
        '',
      ].join('\n'),
    );
  });

  test('stands below each other where a table does not fit', () => {
    const text = classificationsAsText(classifyRefs(wmcore, ['2.3.4'], TIME), 60);
    expect(text.split('\n\n')[0]).toBe(
      [
        'refs/tags/2.3.4',
        '  class final',
        '  rule wmcore/final',
        '  tags 2.3.4',
        '  stable 2.3.4-stable',
      ].join('\n'),
    );
  });

  test('of many refs has totals instead of reasons', () => {
    const refs = Array.from({ length: 21 }, (_, i) => `1.2.${i}`);
    const text = classificationsAsText(classifyRefs(wmcore, [...refs, '1.2.3rc1'], TIME), 80);
    expect(text).toContain('21 final, 1 snapshot. Give 20 refs or fewer');
    expect(text).not.toContain('does not match');
  });

  test('leaves how to fix a ref to the errors', () => {
    const text = classificationsAsText(classifyRefs(wmcore, ['-x'], TIME), 80);
    expect(text).toMatch(/\n-x: "-x" is not a git ref\n$/);
  });

  test('row 12: foreign names cannot speak to the terminal', () => {
    const text = classificationsAsText(
      classifyRefs(wmcore, ['refs/tags/a\u202Eb\u{1F600}', '\u001b[2J\n::error::x'], TIME),
      80,
    );
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(text).not.toMatch(/^::error/m);
  });
});

const place = folder();
const classify = (...words: string[]) => retag(['classify', '--policy', 'semver', ...words], place.path);

describe('a ref that cannot be used', () => {
  test.each([[[]], [['--quiet']], [['--json']]])(
    'is an error on stderr, and the others are told: %j',
    async (flags) => {
      const { code, stdout, stderr } = await classify('refs/tags/', 'v1.2.3', ...flags);
      expect(code).toBe(2);
      expect(stderr).toBe(
        'error: "refs/tags/" is not a git ref\nhelp: give a ref that git takes (git check-ref-format)\n',
      );
      expect(stdout).toContain('1.2.3');
      expect(stdout).not.toContain('check-ref-format');
    },
  );
});

describe('--report', () => {
  test('is the list that --json prints', async () => {
    const { code, stdout } = await classify('v1.2.3', 'main', '--json', '--report', 'out/list.json');
    expect(code).toBe(0);
    expect(JSON.parse(place.read('out/list.json'))).toEqual(JSON.parse(stdout));
  });

  test('is written beside the table too, and with refs that cannot be used', async () => {
    const { code, stdout } = await classify('v1.2.3', 'a b', '--report', 'both.json');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^REF /);
    expect(JSON.parse(place.read('both.json'))).toMatchObject([
      { class: 'final' },
      { ref: 'a b', class: null },
    ]);
  });
});

describe('without a ref', () => {
  const box = sandbox();
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'work');
  box.commit('work', 1);
  box.git('work', 'tag', 'v1.2.3');
  box.git('work', 'checkout', '--quiet', '--detach');
  afterAll(() => box.remove());
  const here = (words: string[], terminal?: Terminal) =>
    retag(['classify', '--policy', 'semver', '--json', ...words], box.at('work'), terminal);
  const refs = ({ stdout }: Spoken) => (JSON.parse(stdout) as { ref: string }[]).map(({ ref }) => ref);

  test('it is what is checked out, and a terminal is not waited for', async () => {
    expect(refs(await here([], { typed: null }))).toEqual(['refs/tags/v1.2.3']);
  });

  test('an empty standard input is no ref either', async () => {
    expect(refs(await here([]))).toEqual(['refs/tags/v1.2.3']);
    expect(refs(await here(['-']))).toEqual([]);
  });

  test('where nothing is checked out that is an error', async () => {
    const done = await classify();
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(done.stderr).toContain('error: there is no git repository here to take the ref from');
  });
});

describe('--image', () => {
  test('shows what the images are called', async () => {
    const images = ['-i', 'ghcr.io/o/a', '-i', 'quay.io/o/b'];
    const { stdout } = await classify('v1.2.3', 'refs/heads/x', ...images, '--json');
    const [first, second] = JSON.parse(stdout) as { references: string[] }[];
    expect(first?.references).toEqual([
      ...['v1.2.3', '1.2', '1', 'latest'].map((tag) => `ghcr.io/o/a:${tag}`),
      ...['v1.2.3', '1.2', '1', 'latest'].map((tag) => `quay.io/o/b:${tag}`),
    ]);
    expect(second?.references).toHaveLength(2);
    expect((await classify('v1.2.3', ...images)).stdout).toContain('\n  quay.io/o/b:latest\n');
  });

  test('that is none is an error', async () => {
    expect(await classify('v1.2.3', '--image', 'A B,c=d')).toMatchObject({ code: 2 });
  });
});
