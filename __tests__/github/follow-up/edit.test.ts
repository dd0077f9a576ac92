import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { editReference } from '../../support/github/edit.js';
import { digest } from '../../support/github/report.js';

const wanted = {
  image: { registry: 'docker.io', repository: 'starlingx/k8s-cni-sriov' },
  tag: 'stx.4.0-v2.2',
  digest: digest('b'),
};
const NEW = 'docker.io/starlingx/k8s-cni-sriov:stx.4.0-v2.2';
const edit = (text: string, path: string, more = {}) => editReference(text, path, { ...wanted, ...more });

describe('what stands there decides how it is set', () => {
  test.each([
    [
      'a full name',
      'images:\n  tags:\n    sriov: docker.io/starlingx/k8s-cni-sriov:old\n',
      'images.tags.sriov',
      `images:\n  tags:\n    sriov: ${NEW}\n`,
    ],
    [
      'the name as it was written',
      'a: starlingx/k8s-cni-sriov:old',
      'a',
      'a: starlingx/k8s-cni-sriov:stx.4.0-v2.2',
    ],
    [
      'a name with a digest',
      `a: starlingx/k8s-cni-sriov:old@${digest('a')}`,
      'a',
      `a: starlingx/k8s-cni-sriov:stx.4.0-v2.2@${digest('b')}`,
    ],
    [
      'a name with a digest alone',
      `a: starlingx/k8s-cni-sriov@${digest('a')}`,
      'a',
      `a: starlingx/k8s-cni-sriov@${digest('b')}`,
    ],
    ['a bare tag', 'a: old', 'a', 'a: stx.4.0-v2.2'],
    ['a bare tag with a digest', `a: old@${digest('a')}`, 'a', `a: stx.4.0-v2.2@${digest('b')}`],
    ['a bare digest', `a: ${digest('a')}`, 'a', `a: ${digest('b')}`],
    ['an empty text', 'a: ""', 'a', 'a: "stx.4.0-v2.2"'],
    ['nothing', 'a:\nb: 1', 'a', 'a: stx.4.0-v2.2\nb: 1'],
    [
      'Helm: repository and tag',
      'image:\n  repository: starlingx/k8s-cni-sriov\n  tag: old # keep\n',
      'image',
      'image:\n  repository: starlingx/k8s-cni-sriov\n  tag: stx.4.0-v2.2 # keep\n',
    ],
    [
      'Helm: with a digest',
      `i:\n  tag: old\n  digest: ${digest('a')}\n`,
      'i',
      `i:\n  tag: stx.4.0-v2.2\n  digest: ${digest('b')}\n`,
    ],
    [
      'Helm: with an empty digest',
      'i:\n  tag: old\n  digest: ""\n',
      'i',
      'i:\n  tag: stx.4.0-v2.2\n  digest: ""\n',
    ],
    [
      'kustomize: the item of that name',
      'images:\n  - name: other\n    newTag: x\n  - name: starlingx/k8s-cni-sriov\n    newTag: old\n',
      'images',
      'images:\n  - name: other\n    newTag: x\n  - name: starlingx/k8s-cni-sriov\n    newTag: stx.4.0-v2.2\n',
    ],
    [
      'kustomize: renamed, by digest',
      `images:\n- {name: sriov, newName: docker.io/starlingx/k8s-cni-sriov, digest: ${digest('a')}}\n`,
      'images',
      `images:\n- {name: sriov, newName: docker.io/starlingx/k8s-cni-sriov, digest: ${digest('b')}}\n`,
    ],
    [
      'a list position',
      'c:\n  - image: x\n  - image: old',
      'c[1].image',
      'c:\n  - image: x\n  - image: stx.4.0-v2.2',
    ],
    ['a dot in a key', 'a.b:\n  c: old', 'a\\.b.c', 'a.b:\n  c: stx.4.0-v2.2'],
    ['double quotes', 'a: "old" # c', 'a', 'a: "stx.4.0-v2.2" # c'],
    ['single quotes', "a: 'old'", 'a', "a: 'stx.4.0-v2.2'"],
    ['an anchor that nothing uses', 'a: &t old\nb: 1', 'a', 'a: &t stx.4.0-v2.2\nb: 1'],
    [
      'Windows line ends and a byte order mark',
      '\uFEFFx: 1\r\na: old\r\n',
      'a',
      '\uFEFFx: 1\r\na: stx.4.0-v2.2\r\n',
    ],
    [
      'several documents',
      'c: old\n---\nb: 1\n---\na: old\n',
      'a',
      'c: old\n---\nb: 1\n---\na: stx.4.0-v2.2\n',
    ],
  ])('%s', (_, text, path, expected) => {
    expect(edit(text, path)).toMatchObject({ ok: true, text: expected });
    expect(edit(expected, path)).toStrictEqual({ ok: true, text: expected, changes: [] });
  });
});

describe('a tag that YAML would take for something else is quoted', () => {
  test.each(['1.10', '010', '1e3', '2026-01-31', 'true', 'no', '12', '1_000', 'null', '0x1f'])(
    '%s',
    (tag) => {
      expect(edit('a: old\n', 'a', { tag })).toMatchObject({ text: `a: "${tag}"\n` });
    },
  );
  test('one that was wrong before is mended', () => {
    expect(edit('a: 1.10\n', 'a', { tag: '1.10' })).toMatchObject({ text: 'a: "1.10"\n' });
  });
});

describe('wildcards', () => {
  const pods = `
kind: Deployment # one
spec:
  containers:
    - image: docker.io/starlingx/k8s-cni-sriov:old   # ours
    - image: 'quay.io/other/app:1'
  initContainers:
    - { image: "starlingx/k8s-cni-sriov:older" }
---
image: starlingx/k8s-cni-sriov
`;
  const after = pods
    .replace('sriov:old ', 'sriov:stx.4.0-v2.2 ')
    .replace('sriov:older', 'sriov:stx.4.0-v2.2');
  test.each(['', '**.image'])('every image line that names the image, path %j', (path) => {
    expect(edit(pods, path)).toMatchObject({ ok: true, text: after, changes: [{ line: 5 }, { line: 8 }] });
  });
  test('some of them', () => {
    expect(edit(pods, 'spec.containers.*.image')).toMatchObject({ changes: [{ line: 5, after: NEW }] });
  });
});

describe('problems are named and nothing is changed', () => {
  test.each([
    ['the path does not exist', 'a: 1', 'b.c', 'it has no b.c'],
    ['nothing names the image', 'x: { image: quay.io/a/b:1 }', '', 'names docker.io/starlingx/k8s-cni-sriov'],
    ['another image', 'a: quay.io/a/b:1', 'a', 'names another image, "quay.io/a/b:1"'],
    ['the name of the image alone', 'a: starlingx/k8s-cni-sriov', 'a', 'the name of the image without a tag'],
    ['an alias', 'x: &x old\na: *x', 'a', 'is an alias (*x)'],
    ['a block', 'a: |\n  old\n', 'a', 'is a block of text'],
    ['a mapping without tag', 'a: { b: 1 }', 'a', 'a mapping without "tag"'],
    [
      'kustomize without the item',
      'images: [ { name: x, newTag: y } ]',
      'images',
      'no item of images has the name',
    ],
    [
      'kustomize without a tag',
      'images: [ { name: starlingx/k8s-cni-sriov } ]',
      'images',
      'neither newTag nor digest',
    ],
    ['not YAML', 'a: [ {{ .Values.x }}', 'a', 'the file is not YAML'],
    ['an empty file', '', 'a', 'it has no a'],
    ['a path that cannot be read', 'a: 1', 'a..b', '"a..b" is not a path'],
  ])('%s', (_, text, path, what) => {
    expect(edit(text, path)).toMatchObject({
      ok: false,
      what: expect.stringContaining(what),
      hint: expect.any(String),
    });
  });
});

test('whatever stands around it stays, and the value reads back', () => {
  const comment = fc.constantFrom('', ' # note', '   #  x: y');
  const blank = fc.constantFrom('', '\n', '# a: old\n', '\n\n');
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
  const quote = fc.constantFrom('', '"', "'");
  fc.assert(
    fc.property(comment, blank, tag, tag, quote, (note, gap, old, now, q) => {
      fc.pre(q !== '' || parse(old) === old);
      const around = (value: string) => `${gap}x: [ 1,  2 ]\na:\n  b:  ${value}${note}\n${gap}c: end`;
      const result = edit(around(q + old + q), 'a.b', { tag: now });
      if (!result.ok) throw new Error(result.what);
      expect((parse(result.text) as { a: { b: string } }).a.b).toBe(now);
      expect([around(q + now + q), around(`"${now}"`)]).toContain(result.text);
    }),
  );
});

describe('a file that is made to take time', () => {
  test('nests as deep as a tag file may, and no deeper', () => {
    expect(edit('['.repeat(100_000), 'a')).toEqual({
      ok: false,
      what: 'the file nests deeper than 50 levels',
      hint: 'flatten it; no key needs so many',
    });
  });

  test('is walked once, however many wildcards lead to a value', () => {
    const deep = `${'{ a: '.repeat(45)}docker.io/starlingx/k8s-cni-sriov:old${' }'.repeat(45)}`;
    const wildcards = Array<string>(22).fill('**').join('.');
    expect(edit(deep, `${wildcards}.a`)).toMatchObject({ ok: true, changes: [{ line: 1 }] });
  });
});
