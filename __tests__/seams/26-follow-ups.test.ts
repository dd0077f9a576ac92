/** A follow-up changes the one value that was meant, and says nothing to anybody else. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { parseConfig } from '../../src/config/config.js';
import { UserError } from '../../src/errors.js';
import { editReference } from '../support/github/edit.js';
import { readTreeFiles } from '../../src/github/refs.js';
import { planFollowUp } from '../../src/github/follow-up/plan.js';
import { code, escapeCell } from '../../src/shared/markdown.js';
import { startGitHub, type LocalGitHub } from '../support/github/local-github.js';
import { open } from '../support/github/open.js';
import { digest } from '../support/github/report.js';

const wanted = {
  image: { registry: 'docker.io', repository: 'org/app' },
  tag: 'v2',
  digest: digest('a'),
};
const edit = (text: string, path: string) => editReference(text, path, wanted);

describe('seam 26: what cannot be edited exactly is refused', () => {
  test.each([
    ['a path in two documents', 'a: old\n---\na: old\n', 'a', 'a is there more than once'],
    ['keys that look alike', "1: old\n'1': old\n", '1', '1 is there more than once'],
    ['a value that an alias repeats', 'a: &t old\nb: *t\n', 'a', 'old is used again by an alias'],
    ['a mapping that an alias repeats', 'a: &m { tag: old }\nb: *m\n', 'a', 'is used again by an alias'],
    ['a merge key', 'a: &m { x: { tag: old } }\nb: { <<: *m }\n', 'a.x', 'is used again by an alias'],
    ['a wildcard into an alias', 'a: &t { image: org/app:1 }\nb: *t\n', '', 'is used again by an alias'],
  ])('seam 26: %s', (_, text, path, what) => {
    expect(edit(text, path)).toMatchObject({ ok: false, what: expect.stringContaining(what) });
  });

  test('seam 26: an anchor that nothing uses, and a path in one of two documents, are set', () => {
    expect(edit('a: &t old\n', 'a')).toMatchObject({ text: 'a: &t v2\n' });
    expect(edit('b: 1\n---\na: old\n', 'a')).toMatchObject({ text: 'b: 1\n---\na: v2\n' });
  });
});

describe('seam 26: bytes that are no text', () => {
  let local: LocalGitHub;
  beforeEach(async () => {
    local = await startGitHub({ 'a.yaml': { mode: '100644', text: 'image: org/app:old\n' } });
  });
  afterEach(() => local.close());

  test.each([
    ['Latin-1', Buffer.from('# caf\xe9\nimage: org/app:old\n', 'latin1'), false],
    ['a byte order mark', Buffer.from('\ufeffimage: org/app:old\n'), '\ufeffimage: org/app:old\n'],
  ])('seam 26: %s', async (_, bytes, text) => {
    const github = await open(local);
    const served = {
      ...github,
      call: async (...[route, params, needs]: Parameters<typeof github.call>) => {
        const answer = await github.call(route, params, needs);
        return route.includes('/git/blobs/')
          ? { ...(answer as object), content: bytes.toString('base64') }
          : answer;
      },
    };
    const commit = local.repo.git.resolve('main');
    const files = await readTreeFiles(served, commit?.tree ?? '', ['a.yaml']);
    expect(files.get('a.yaml')).toMatchObject({ text });
  });

  test('seam 26: Latin-1 is a problem that says so, and the file is left alone', () => {
    const item = { ...wanted, references: [{ file: 'a.yaml', path: '' }] };
    const plan = planFollowUp([{ others: [], ...item }], new Map([['a.yaml', false as const]]));
    expect(plan).toMatchObject({ files: [], problems: [{ what: expect.stringContaining('not UTF-8') }] });
  });
});

const read = (lines: string) =>
  parseConfig([
    {
      path: 'tags.yaml',
      bytes: new TextEncoder().encode(
        `images:\n  - name: quay.io/a/b\n    src_build_tag: x\n    tag: y\n${lines}`,
      ),
    },
  ]).images[0];

function problemsOf(lines: string) {
  try {
    read(lines);
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
}

describe('seam 26: below .github and .git nothing is changed', () => {
  test.each([
    '.github/workflows/release.yaml',
    '.GitHub/x.yaml',
    '.git/config',
    '.GIT/config',
    'sub/.Git/config',
    '.git /config',
    '.git./config',
    'GIT~1/config',
    '.g\u200cit/config',
    '.github',
  ])('seam 26: %j', (file) => {
    expect(problemsOf(`    references: [{ file: ${JSON.stringify(file)}, path: a }]\n`)).toMatchObject([
      { what: expect.stringContaining('below .github or .git'), location: { line: 5, column: 26 } },
    ]);
  });

  test('seam 26: files with such a name in them are', () => {
    for (const file of ['.gitlab/x.yaml', 'charts/.github/x.yaml', 'github/x.yaml', '.gitignore.yaml']) {
      expect(problemsOf(`    references: [{ file: ${file}, path: a }]\n`)).toEqual([]);
    }
  });
});

describe('seam 26: "bug" names a bug and nobody else', () => {
  test.each([
    'Closes-Bug: 1854869',
    'Partial-Bug: #1854869',
    'Related-Bug: 1, 2',
    'Story: 2007082',
    'Task: 38066',
    'Jira: ABC-12',
    'Bug: https://bugs.launchpad.net/starlingx/+bug/1854869',
    'Issue: https://gitlab.example.org/a/b/-/issues/4',
    'Fixes #12',
    'Closes: #12',
    '1854869',
    '#12',
  ])('seam 26: %s is read', (bug) => {
    expect(read(`    bug: ${JSON.stringify(bug)}\n`)?.bug).toBe(bug);
  });

  test.each([
    'Closes-Bug: @octocat',
    'Bug: 1 (@octo/team)',
    'Fixes other/repo#12',
    'Closes-Bug: other/repo#12',
    'Fixes https://github.com/other/repo/issues/1',
    'Bug: https://github.com/other/repo/issues/1',
    'Bug: https://ghe.example.org/other/repo/pull/1',
    'Fixes GH-12',
    'Bug: GH-12',
    'Signed-off-by: Somebody <a@b.example>',
    'Co-authored-by: 1',
    'Closes-Bug:1',
    'see the wiki',
    '',
  ])('seam 26: %j is an error at its place', (bug) => {
    expect(problemsOf(`    bug: ${JSON.stringify(bug)}\n`)).toMatchObject([
      { location: { file: 'tags.yaml', line: 5, column: 10 } },
    ]);
  });
});

describe('seam 26: foreign text in Markdown is inert', () => {
  const seen = (markdown: string): string =>
    markdown.replaceAll('&#8203;', '\u200b').replaceAll('&#36;', '$').replace(/\\(.)/g, '$1');
  test.each([
    ['a formula', '$\\sqrt{x}$', /\$(?!\u200b)/],
    ['a mention', 'by @octocat', /@\w/],
    ['an issue', 'see #123', /#\d/],
    ["another repository's issue", 'octo/app#1', /#\d/],
    ['the other form', 'see GH-1 and _gh-2', /gh-\d/i],
    ['an address', 'at https://evil.example or http://x or ftp://y', /:\/\//],
    ['an address without a scheme', 'at www.evil.example', /www\./],
    ['an e-mail address', 'mail a.b@evil.example', /@\w/],
    ['a commit', `in ${'0123abcd'.repeat(5)} or 0123abc`, /[0-9a-f]{7}/],
    ['a commit of another repository', `octo/app@${'0123abcd'.repeat(5)}`, /@\w|[0-9a-f]{7}/],
  ])('seam 26: %s', (_, text, live) => {
    expect(text).toMatch(live);
    expect(seen(escapeCell(text))).not.toMatch(live);
    expect(seen(escapeCell(text)).replaceAll('\u200b', '')).toBe(text);
    expect(escapeCell(text)).not.toContain('$');
  });

  test('seam 26: a digest can still be copied', () => {
    expect(escapeCell(`is ${digest('a')} now`)).toContain(digest('a'));
  });

  test('seam 26: code with a bar, which is no code span, neither', () => {
    expect(code('$x$|@octocat|www.a.example')).toBe(
      '<code>&#36;&#8203;x&#36;&#8203;&#124;&#64;&#8203;octocat&#124;www&#8203;.a.example</code>',
    );
  });
});
