import { describe, expect, test } from '@jest/globals';
import {
  formatReference,
  formatRepository,
  isDigest,
  isReservedTag,
  parseReference,
  parseRepository,
  parseTag,
  sameRepository,
} from '../../src/oci/reference.js';
import type { Parsed } from '../../src/errors.js';

const HEX = '0123456789abcdef'.repeat(4);

/** `what; hint` of a text that must be refused. */
function complaint(parsed: Parsed<unknown>): string {
  if (parsed.ok) throw new Error(`it was taken: ${JSON.stringify(parsed.value)}`);
  return `${parsed.what}; ${parsed.hint}`;
}

describe('digests', () => {
  test.each([`sha256:${HEX}`, `sha512:${HEX}${HEX}`])('%s is one', (text) =>
    expect(isDigest(text)).toBe(true),
  );
  test.each([
    '',
    `x sha256:${HEX}`,
    `sha256:${HEX}0`,
    `sha256:${HEX.slice(1)}`,
    `sha512:${HEX}`,
    `sha512:${HEX}${HEX}0`,
    `xsha512:${HEX}${HEX}`,
    `sha256:${HEX.toUpperCase()}`,
    `md5:${HEX}`,
    `sha256:${HEX}\n`,
  ])('%j is none', (text) => expect(isDigest(text)).toBe(false));
});

describe('reserved tags', () => {
  test.each([
    `sha256-${HEX}`,
    `sha512-${HEX}${HEX}`,
    `sha256-${HEX}.sig`,
    `sha256-${HEX}.att`,
    `sha256-${HEX}.sbom`,
  ])('%s', (tag) => expect(isReservedTag(tag)).toBe(true));
  test.each([
    `x-sha256-${HEX}`,
    `sha256-${HEX}.other`,
    `sha256-${HEX}.sig.old`,
    `sha256-${HEX.slice(1)}`,
    `sha384-${HEX}`,
  ])('%s is free', (tag) => expect(isReservedTag(tag)).toBe(false));
});

describe('tags', () => {
  test.each(['1', '_', 'A', 'v1.2.3', 'a-b_c.d', 'x'.repeat(128)])('%s', (tag) =>
    expect(parseTag(tag)).toEqual({ ok: true, value: tag }),
  );

  const LETTERS =
    'a tag starts with a letter, a digit or "_" and goes on with letters, digits, ".", "_" and "-"';
  test.each([
    ['', 'the tag is empty; give it at least one character'],
    ['x'.repeat(129), 'the tag has 129 characters; a tag has at most 128 characters; shorten it'],
    ['.x', `".x" is not a tag; ${LETTERS}`],
    ['-x', `"-x" is not a tag; ${LETTERS}`],
    ['v1+b', `"v1+b" is not a tag; ${LETTERS}`],
    ['v1\n', `"v1\\n" is not a tag; ${LETTERS}`],
    ['é', `"\\u00e9" is not a tag; ${LETTERS}`],
    ['\u0007', `"\\u0007" is not a tag; ${LETTERS}`],
    [
      `sha256-${HEX}.sig`,
      `the tag "sha256-${HEX}.sig" is reserved for signatures and referrers; choose a tag that does not look like "sha256-<digest>"`,
    ],
  ])('%j: %s', (tag, words) => expect(complaint(parseTag(tag))).toBe(words));

  test('a text that is shown is cut at 120 characters', () => {
    const exact = `+${'x'.repeat(119)}`;
    expect(complaint(parseTag(exact))).toContain(`"${exact}"`);
    const longer = `+${'x'.repeat(120)}`;
    expect(complaint(parseTag(longer))).toContain(`"+${'x'.repeat(116)}..."`);
  });
});

describe('repositories', () => {
  test.each([
    ['ubuntu', 'docker.io', 'library/ubuntu'],
    ['org/app', 'docker.io', 'org/app'],
    ['docker.io/ubuntu', 'docker.io', 'library/ubuntu'],
    ['index.docker.io/org/app', 'docker.io', 'org/app'],
    ['registry-1.docker.io/org/app', 'docker.io', 'org/app'],
    ['INDEX.docker.io/org/app', 'docker.io', 'org/app'],
    ['quay.io/org/app', 'quay.io', 'org/app'],
    ['Quay.IO/org/app', 'quay.io', 'org/app'],
    ['localhost/x', 'localhost', 'x'],
    ['localhost:5000/x', 'localhost:5000', 'x'],
    ['host:5000/a/b/c', 'host:5000', 'a/b/c'],
    ['[::1]:5000/x', '[::1]:5000', 'x'],
    ['[::1]/x', '[::1]', 'x'],
    ['a-b.example/x', 'a-b.example', 'x'],
    ['a.b/x', 'a.b', 'x'],
    ['example.c.d/x', 'example.c.d', 'x'],
    ['starlingx/k8s-cni-sriov', 'docker.io', 'starlingx/k8s-cni-sriov'],
    ['a--b/c__d/e.f', 'docker.io', 'a--b/c__d/e.f'],
    [`quay.io/${'a'.repeat(247)}`, 'quay.io', 'a'.repeat(247)],
  ])('%s', (text, registry, repository) =>
    expect(parseRepository(text)).toEqual({ ok: true, value: { registry, repository } }),
  );

  const COMPONENT = 'use lower-case letters and digits, with ".", "_", "__" or "-" between them';
  const HOST = 'write it as "host" or "host:port"';
  const LETTERS = 'remove white space and non-ASCII characters';
  test.each([
    ['', 'the image name is empty; write it as "registry/repository"'],
    ['a b', `the image name "a b" holds a character that no name may hold; ${LETTERS}`],
    ['a\tb', `the image name "a\\tb" holds a character that no name may hold; ${LETTERS}`],
    ['ünter/x', `the image name "\\u00fcnter/x" holds a character that no name may hold; ${LETTERS}`],
    ['a\u007fb', `the image name "a\\u007fb" holds a character that no name may hold; ${LETTERS}`],
    ['a@b', 'the image name "a@b" holds a digest; give the name alone, without "@…"'],
    [
      'UPPER/repo',
      'the image name "UPPER/repo" has upper-case letters; write it in lower case: "upper/repo"',
    ],
    [
      'quay.io/Org/app',
      'the image name "quay.io/Org/app" has upper-case letters; write it in lower case: "quay.io/org/app"',
    ],
    ['Ubuntu', 'the image name "Ubuntu" has upper-case letters; write it in lower case: "ubuntu"'],
    ['-host.example/x', `"-host.example" is not a registry host; ${HOST}`],
    ['host-.example/x', `"host-.example" is not a registry host; ${HOST}`],
    ['host..example/x', `"host..example" is not a registry host; ${HOST}`],
    ['host:/x', `"host:" is not a registry host; ${HOST}`],
    ['host:123456/x', `"host:123456" is not a registry host; ${HOST}`],
    ['host:5000:1/x', `"host:5000:1" is not a registry host; ${HOST}`],
    ['[::1/x', `"[::1" is not a registry host; ${HOST}`],
    ['[::1]:/x', `"[::1]:" is not a registry host; ${HOST}`],
    ['x[::1]/x', `"x[::1]" is not a registry host; ${HOST}`],
    ['[::1]x/x', `"[::1]x" is not a registry host; ${HOST}`],
    ['ubuntu:22.04', 'the image name "ubuntu:22.04" holds a tag; give the name alone: "ubuntu"'],
    ['quay.io/a/b:1', 'the image name "quay.io/a/b:1" holds a tag; give the name alone: "quay.io/a/b"'],
    ['a//b', `"" in the image name "a//b" is not a path component; ${COMPONENT}`],
    ['/a', `"" in the image name "/a" is not a path component; ${COMPONENT}`],
    ['a/../b', `".." in the image name "a/../b" is not a path component; ${COMPONENT}`],
    ['a/-b', `"-b" in the image name "a/-b" is not a path component; ${COMPONENT}`],
    ['a/b_', `"b_" in the image name "a/b_" is not a path component; ${COMPONENT}`],
    ['a/b___c', `"b___c" in the image name "a/b___c" is not a path component; ${COMPONENT}`],
    [
      `quay.io/${'a'.repeat(248)}`,
      'the image name has 256 characters; host and name have at most 255 characters together',
    ],
  ])('%j: %s', (text, words) => expect(complaint(parseRepository(text))).toBe(words));
});

describe('references', () => {
  test.each([
    ['quay.io/a/b:1.0', 'quay.io/a/b:1.0'],
    ['ubuntu:22.04', 'docker.io/library/ubuntu:22.04'],
    ['localhost:5000/x:1', 'localhost:5000/x:1'],
    [`quay.io/a/b@sha256:${HEX}`, `quay.io/a/b@sha256:${HEX}`],
    [`quay.io/a/b:1.0@sha256:${HEX}`, `quay.io/a/b@sha256:${HEX}`],
    [`localhost:5000/x@sha256:${HEX}`, `localhost:5000/x@sha256:${HEX}`],
    [`[::1]:5000/x:1`, '[::1]:5000/x:1'],
  ])('%s', (text, full) => {
    const parsed = parseReference(text);
    expect(parsed.ok && formatReference(parsed.value)).toBe(full);
    expect(parsed.ok && formatRepository(parsed.value)).toBe(full.replace(/[:@][^/]*$/, ''));
  });

  test.each([
    ['ubuntu', '"ubuntu" has neither tag nor digest; write "name:tag" or "name@sha256:…"'],
    [`@sha256:${HEX}`, 'the image name is empty; write it as "registry/repository"'],
    ['quay.io/a/b', '"quay.io/a/b" has neither tag nor digest; write "name:tag" or "name@sha256:…"'],
    [
      'localhost:5000/x',
      '"localhost:5000/x" has neither tag nor digest; write "name:tag" or "name@sha256:…"',
    ],
    [
      'x@sha256:short',
      '"sha256:short" is not a digest; write "sha256:" and 64 lower-case hexadecimal digits',
    ],
    [`A/b@sha256:${HEX}`, 'the image name "A/b" has upper-case letters; write it in lower case: "a/b"'],
    ['A/b:1', 'the image name "A/b" has upper-case letters; write it in lower case: "a/b"'],
    ['a:', 'the tag is empty; give it at least one character'],
  ])('%j: %s', (text, words) => expect(complaint(parseReference(text))).toBe(words));
});

test('a repository is the same when registry and path are', () => {
  const name = { registry: 'quay.io', repository: 'a/b' };
  expect(sameRepository(name, { ...name })).toBe(true);
  expect(sameRepository(name, { ...name, repository: 'a/c' })).toBe(false);
  expect(sameRepository(name, { ...name, registry: 'ghcr.io' })).toBe(false);
});
