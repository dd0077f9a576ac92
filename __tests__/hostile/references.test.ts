import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  formatReference,
  formatRepository,
  isReservedTag,
  parseReference,
  parseRepository,
  parseTag,
} from '../../src/oci/reference.js';

const HEX = 'a'.repeat(64);

describe('names', () => {
  test.each([
    ['row 9: a bare name', 'ubuntu', 'docker.io/library/ubuntu'],
    ['row 9: a bare name with a path', 'grafana/grafana', 'docker.io/grafana/grafana'],
    ['row 9: docker.io in full', 'docker.io/ubuntu', 'docker.io/library/ubuntu'],
    ['row 9: the old name of Docker Hub', 'index.docker.io/library/ubuntu', 'docker.io/library/ubuntu'],
    ['row 10: localhost', 'localhost/x', 'localhost/x'],
    ['row 10: a name with a port', 'host:5000/x', 'host:5000/x'],
    ['row 10: a name with a dot', 'quay.io/x/y', 'quay.io/x/y'],
  ])('%s', (_name, text, full) => {
    const parsed = parseRepository(text);
    expect(parsed.ok && formatRepository(parsed.value)).toBe(full);
  });

  test('row 10: an IPv6 literal is a host, or an error that says so', () => {
    const parsed = parseRepository('[::1]:5000/x');
    if (parsed.ok) expect(parsed.value.registry).toBe('[::1]:5000');
    else expect(`${parsed.what} ${parsed.hint}`).toMatch(/host|IPv6/i);
  });

  test.each([
    ['row 1: upper case', 'UPPER/repo', /upper/],
    ['row 6: an empty part', 'a//b', /./],
    ['row 6: a parent', 'a/../b', /./],
    ['row 6: an escaped parent', 'a/%2e%2e/b', /./],
    ['row 6: a backslash', 'a\\b', /./],
    ['row 6: a tab', 'a\tb', /./],
    ['row 6: a line break', 'a\nb', /./],
    ['threat 8: a user before the host', 'good.example@evil.example/x', /./],
    ['threat 8: a scheme', 'https://evil.example/x', /./],
    ['threat 8: a full-width letter', 'ⓔvil.example/x', /./],
    ['row 8: 256 characters', `example.com/${'a'.repeat(244)}`, /256/],
    ['row 92: a comma', 'a,push=true,name=evil/x', /./],
  ])('%s is an error that says how to fix it', (_name, text, what) => {
    const parsed = parseRepository(text);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.what).toMatch(what);
    expect(parsed.hint).not.toBe('');
  });

  test.each([
    ['row 2: 129 characters', 'a'.repeat(129), false],
    ['row 2: 128 characters', 'a'.repeat(128), true],
    ['row 3: none', '', false],
    ['row 4: a dot in front', '.x', false],
    ['row 4: a hyphen in front', '-x', false],
    ['row 5: a plus', 'v1+build', false],
    ['a line break', 'v1\n', false],
  ])('tag: %s', (_name, tag, ok) => {
    expect(parseTag(tag).ok).toBe(ok);
  });

  test.each([`sha256-${HEX}`, `sha256-${HEX}.sig`, `sha256-${HEX}.att`, `sha256-${HEX}.sbom`])(
    'row 12: %s is reserved',
    (tag) => expect(isReservedTag(tag)).toBe(true),
  );

  test.each(['x:v1@sha256:short', `x@sha256:${HEX}0`, `x@md5:${HEX}`, `x@sha256:${HEX.toUpperCase()}`])(
    'row 7: %s is an error',
    (text) => expect(parseReference(text).ok).toBe(false),
  );
});

describe('laws', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,4})?$/);
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const host = fc.constantFrom('quay.io', 'localhost', 'example.com:5000', '127.0.0.1:5000', 'docker.io');
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);

  test('what is written as a reference is read as the same one', () => {
    fc.assert(
      fc.property(host, name, tag, (registry, repository, text) => {
        const parsed = parseReference(`${registry}/${repository}:${text}`);
        expect(parsed.ok).toBe(true);
        if (!parsed.ok) return;
        const again = parseReference(formatReference(parsed.value));
        expect(again).toEqual(parsed);
      }),
    );
  });

  test('any text is a name or an error; no name leads anywhere else than its host', () => {
    const letters = [
      'a',
      'Z',
      '0',
      '.',
      '/',
      ':',
      '@',
      '%',
      '\\',
      '-',
      '_',
      ' ',
      '\t',
      '\n',
      '[',
      ']',
      '?',
      '#',
      'é',
    ];
    const anything = fc.oneof(
      fc.string({ maxLength: 60, unit: 'binary' }),
      fc.string({ maxLength: 60, unit: fc.constantFrom(...letters) }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const parsed = parseRepository(text);
        if (!parsed.ok) {
          expect(parsed.what.length * parsed.hint.length).toBeGreaterThan(0);
          return;
        }
        const { registry, repository } = parsed.value;
        const url = new URL(`https://${registry}/v2/${repository}/tags/list`);
        expect(url.pathname).toBe(`/v2/${repository}/tags/list`);
        expect([url.username, url.password, url.search, url.hash]).toEqual(['', '', '', '']);
        expect(registry).toContain(url.hostname);
      }),
      { numRuns: 2000 },
    );
  });
});
